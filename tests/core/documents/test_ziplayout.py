import io
import struct
import zipfile
import zlib

import pytest

from kangwei.core.documents.ziplayout import Member, directory_entry, end_record, local_header

GIB = 1024**3


def archive(contents: dict[str, bytes]) -> bytes:
    made, members = b"", []
    for name, content in contents.items():
        member = Member(name, len(content), zlib.crc32(content), len(made))
        made += local_header(member) + content
        members.append(member)
    directory = b"".join(directory_entry(member) for member in members)
    return made + directory + end_record(members, len(made), len(directory))


def test_python_reads_the_layout() -> None:
    contents = {"目录/一.txt": "内容".encode(), "empty": b"", "b.bin": bytes(range(256))}
    with zipfile.ZipFile(io.BytesIO(archive(contents))) as read:
        assert {name: read.read(name) for name in read.namelist()} == contents
        assert read.testzip() is None
        assert {entry.date_time for entry in read.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_more_files_than_the_short_end_record_can_count() -> None:
    contents = {f"{number}": b"" for number in range(65_536)}
    with zipfile.ZipFile(io.BytesIO(archive(contents))) as read:
        assert len(read.namelist()) == 65_536


@pytest.mark.parametrize("size", [0, 10, 2 * GIB - 1, 4 * GIB - 1, 4 * GIB, 40 * GIB])
def test_a_header_is_the_one_that_python_writes_for_a_file_of_that_size(size: int) -> None:
    info = zipfile.ZipInfo("文件")
    info.file_size = info.compress_size = size
    info.CRC = 7
    assert local_header(Member("文件", size, 7, 0)) == info.FileHeader(zip64=size > 2 * GIB)


def test_the_short_form_is_kept_as_long_as_the_size_fits() -> None:
    """Python changes to ZIP64 at 2 GiB already; a function of the size needs one border, and this is the true one."""
    short, long = (local_header(Member("a", size, 7, 0)) for size in (4 * GIB - 2, 4 * GIB - 1))
    assert struct.unpack("<2L", short[18:26]) == (4 * GIB - 2, 4 * GIB - 2)
    assert struct.unpack("<2L", long[18:26]) == (2**32 - 1, 2**32 - 1)
    assert len(long) - len(short) == 20


@pytest.mark.parametrize(("size", "offset"), [(5, 5 * GIB), (5 * GIB, 5), (5 * GIB, 6 * GIB)])
def test_python_finds_sizes_and_places_beyond_4_gib(size: int, offset: int) -> None:
    """A directory alone, with the files it speaks of left out: zipfile reads no further than this."""
    member = Member("大文件", size, 1, offset)
    entry = directory_entry(member)
    extra = entry[46 + len("大文件".encode()) :]
    info = zipfile.ZipInfo("大文件")
    info.extra = extra
    info.compress_size, info.file_size = struct.unpack("<2L", entry[20:28])
    (info.header_offset,) = struct.unpack("<L", entry[42:46])
    info._decodeExtra()
    assert (info.file_size, info.compress_size, info.header_offset) == (size, size, offset)
