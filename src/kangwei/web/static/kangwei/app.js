// The little behaviour that pages need. No eval and no inline handlers, so that `script-src 'self'` is enough.
"use strict";

const ECHARTS_URL = document.currentScript.dataset.echarts;
const TOAST_MS = 6000;
const RESEND_MS = 4000;

// ---- Rows: j, k, Enter and clicking anywhere on a row ----

const rows = () => [...document.querySelectorAll("tr[data-href]")];

function moveRow(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("kw-current"));
  const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step));
  all[at]?.classList.remove("kw-current");
  all[next].classList.add("kw-current");
  all[next].tabIndex = -1;
  all[next].focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

// On a phone a row is shown as a block; each cell then needs the name of its column beside it.
function labelCells() {
  for (const table of document.querySelectorAll(".kw-table")) {
    const names = [...table.querySelectorAll("thead th")].map((cell) => cell.textContent.replace(/[↑↓]/, "").trim());
    for (const cell of table.querySelectorAll("tbody td")) {
      if (names[cell.cellIndex]) cell.dataset.label = names[cell.cellIndex];
    }
  }
}

labelCells();
document.addEventListener("htmx:after:swap", labelCells);

// On a phone the tabs scroll sideways: the chosen one is in sight.
function showTab() {
  for (const tab of document.querySelectorAll(".kw-tabs .active")) {
    const bar = tab.closest(".kw-tabs");
    bar.scrollLeft += Math.max(0, tab.getBoundingClientRect().right - bar.getBoundingClientRect().right);
  }
}

showTab();
document.addEventListener("htmx:after:swap", showTab);

function openUrl(text) {
  const url = new URL(text, location.href);
  if (url.origin === location.origin) location.assign(url);
}

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-href]");
  const selecting = !getSelection().isCollapsed;
  if (row && !selecting && !event.target.closest("a, button, input, select, label")) openUrl(row.dataset.href);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  const search = document.querySelector("[data-search]");
  if (event.key === "Escape" && typing === search) search?.blur();
  if (typing || document.querySelector("dialog[open]")) return;
  if (event.key === "/" && search) {
    event.preventDefault();
    search.select();
  } else if (event.key === "j") moveRow(1);
  else if (event.key === "k") moveRow(-1);
  else if (event.key === "Enter" && event.target.matches("tr.kw-current")) openUrl(event.target.dataset.href);
});

// ---- Forms: confirmation, filters that apply at once, one submission a click ----

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const dialog = document.getElementById("kw-confirm");
  dialog.querySelector("[data-confirm-text]").textContent = form.dataset.confirm;
  dialog.querySelector("[data-confirm-button]").textContent = form.dataset.confirmAction || "确定";
  dialog.returnValue = "cancel";
  dialog.showModal();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "confirm") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(event.submitter);
    delete form.dataset.confirmed;
  }, { once: true });
}, { capture: true });

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method === "get") {
    // Empty fields would only make the address longer.
    for (const field of form.querySelectorAll("input, select")) field.disabled ||= !field.value;
  } else if (form.method === "post" && !event.defaultPrevented) {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, RESEND_MS);
  }
});

// Ctrl+Enter sends the form from any of its fields.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  const form = event.target.closest("form[data-submit-key]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

// A form that was refused is gone on with where it is wrong.
document.querySelector(".is-invalid")?.focus();

// A page taken back from the browser's history keeps the fields that were disabled above.
addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("[data-autosubmit] :disabled")) field.disabled = false;
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit] :is(select, [type=date], [type=month])")) event.target.form.requestSubmit();
});

// ---- Forms in dialogs: a link with data-dialog shows the form of the page that it leads to ----

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(() => null);
  const page = answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const form = page?.querySelector("form[data-dialog-form]");
  if (!form) return location.assign(link.href);
  const dialog = document.getElementById("kw-form");
  form.action = link.href;
  dialog.replaceChildren(document.importNode(form, true));
  htmx.process(dialog);
  dialog.showModal();
});

document.addEventListener("click", (event) => {
  const cancel = event.target.closest("dialog [data-dialog-cancel]");
  if (!cancel) return;
  event.preventDefault();
  cancel.closest("dialog").close();
});

// ---- Filling in: a button's text comes into a field behind what stands there, and another field keeps whose it is ----

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  const field = document.querySelector(`[name="${button.dataset.fill}"]`);
  const text = button.closest("li").querySelector("[data-text]").textContent;
  field.closest("details")?.setAttribute("open", "");
  field.value = field.value.trim() ? `${field.value.trim()}\n${text}` : text;
  document.querySelector(`[name="${button.dataset.keep}"]`).value = button.value;
  field.focus();
});

// ---- Paper ----

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) print();
});

// ---- Counting: a field that a scanner types into, and a box that ticks all others ----

// The scanner may send the next code before the last one is answered: the field is emptied as soon as it was read.
document.addEventListener("submit", (event) => {
  const field = event.target.querySelector("[data-scan]");
  if (field) setTimeout(() => { field.value = ""; field.focus(); });
});

// What was not recorded is no longer in the field, and the next answer takes the place of its own: it is named in a
// toast that stays. Only what somebody else recorded before (409) is not lost.
function nameLost(event) {
  const code = event.target.querySelector?.("[data-scan]") && event.detail.ctx?.request?.body?.get?.("code");
  if (code) showError(`没有记上：${code}`);
}
document.addEventListener("htmx:error", nameLost);
document.addEventListener("htmx:response:error", (event) => {
  if (event.detail.ctx.response.status !== 409) nameLost(event);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  for (const box of document.getElementsByName(all.dataset.checkAll)) box.checked = all.checked;
});

// ---- Toasts: errors and warnings stay until they are closed ----

function fade(toast) {
  if (["success", "info"].includes(toast.dataset.toast)) setTimeout(() => toast.remove(), TOAST_MS);
}

function showError(text) {
  const toast = document.getElementById("kw-toast-error")?.content.firstElementChild.cloneNode(true);
  if (!toast) return;
  toast.querySelector(".kw-toast-text").textContent = text;
  document.getElementById("kw-toasts").append(toast);
}

document.querySelectorAll("[data-toast]").forEach(fade);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

// ---- htmx: what went wrong is said aloud ----

document.addEventListener("htmx:after:request", (event) => {
  // A log-in page instead of a fragment means that the session has ended.
  if (event.detail.ctx.text?.includes("data-bare")) location.reload();
});
document.addEventListener("htmx:response:error", (event) => {
  const status = event.detail.ctx.response.status;
  if (status === 403) showError("没有权限，或页面打开太久，请刷新后重试。");
  else if (status === 404) showError("记录不存在，可能已被删除。");
  else if (status >= 500) showError("系统出错，这次操作没有完成。");
});
document.addEventListener("htmx:error", () => showError("连接不上服务器，请检查网络后重试。"));

// ---- Charts ----

const CHART_BASE = {
  animation: false,
  aria: { enabled: true },
  color: ["#12738f", "#7d6bb0", "#3a86c0", "#b07a4a", "#5f8f3e", "#93a1ab"],
  textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
  grid: { left: 4, right: 12, top: 36, bottom: 4, containLabel: true },
  tooltip: { confine: true },
};
const LEGEND_BASE = { top: 0, right: 0, bottom: "auto", icon: "roundRect", itemWidth: 12, itemHeight: 8 };
const TONE_COLORS = { ok: "#2f9461", info: "#3a86c0", warn: "#dd9410", bad: "#cb3226", muted: "#93a1ab" };

// `tone` on a series, a datum or a category of a graph gives it the colour that the state has everywhere else.
function paint(item) {
  if (TONE_COLORS[item?.tone]) item.itemStyle = { color: TONE_COLORS[item.tone], ...item.itemStyle };
}

function completed(option) {
  for (const series of [option.series ?? []].flat()) {
    paint(series);
    series.data?.forEach(paint);
    series.categories?.forEach(paint);
  }
  if (option.legend) option.legend = { ...LEGEND_BASE, ...option.legend };
  return { ...CHART_BASE, ...option };
}

let echartsLoading;
function loadECharts() {
  echartsLoading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = ECHARTS_URL;
    script.onload = () => resolve(window.echarts);
    script.onerror = reject;
    document.head.append(script);
  });
  return echartsLoading;
}

async function drawCharts() {
  const waiting = [...document.querySelectorAll("[data-chart]:not([data-drawn])")];
  for (const element of waiting) {
    element.dataset.drawn = "yes";
    element.style.height = `${element.dataset.height}px`;
  }
  if (!waiting.length) return;
  const echarts = await loadECharts();
  for (const element of waiting) {
    const option = JSON.parse(document.getElementById(element.dataset.chart).textContent);
    const chart = echarts.init(element, null, { renderer: "svg", locale: "ZH" });
    chart.setOption(completed(option));
    chart.on("click", (point) => { if (point.data?.url) openUrl(point.data.url); });
    new ResizeObserver(() => chart.resize()).observe(element);
  }
}

drawCharts();
document.addEventListener("htmx:after:swap", drawCharts);
