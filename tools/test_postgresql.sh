#!/bin/sh
# The tests that touch the database once more, on PostgreSQL. KANGWEI_TEST_POSTGRESQL names a server where databases may
# be created; without one at hand this says so and passes, so that `make test` needs no server.
set -eu
url=${KANGWEI_TEST_POSTGRESQL:-postgresql://postgres@127.0.0.1:5432/postgres}
if ! python -c "import psycopg,sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()" "$url" 2>/dev/null; then
    echo "PostgreSQL: no server at hand, its tests were not run"
    exit 0
fi
# What starts processes of its own gives them a SQLite database, and what plays a month of the desk twice calls actions
# that have their own tests here: once is enough.
DATABASE_URL=$url exec pytest tests/apps -q -n 2 --dist loadfile --ignore tests/apps/cli/test_kill.py \
    --ignore tests/apps/cli/test_up.py --ignore tests/apps/cli/test_calling.py --ignore tests/apps/simulation/test_desk.py
