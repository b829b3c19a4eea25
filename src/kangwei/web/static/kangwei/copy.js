// <button data-copy="id" hidden>: copies what stands in the field of that id, and says so.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    // The clipboard is there under HTTPS only; the old way works without.
    const done = navigator.clipboard
      ? await navigator.clipboard.writeText(field.value).then(() => true, () => document.execCommand("copy"))
      : document.execCommand("copy");
    button.textContent = done ? "已复制" : "请长按链接复制";
  });
}
