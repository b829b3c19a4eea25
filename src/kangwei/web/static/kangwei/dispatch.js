// Working on a dispatch order in the field: the position at the check-in, rows for parts, and a signal that comes and goes.
"use strict";

const LOCATE_MS = 10_000;
const PROMPT_MS = 20_000;
const REFUSED = { 1: "手机没有允许定位", 2: "手机取不到位置", 3: "定位超时" };

// ---- The position: asked for at the press, never a condition ----

document.addEventListener("submit", (event) => {
  const form = event.target;
  // An arrival that is entered afterwards was not here and now.
  if (!form.matches("[data-locate]") || form.dataset.located || form.elements.at.value) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.locating) return;
  form.dataset.locating = "yes";
  const say = (text) => { form.querySelector("[data-locate-status]").textContent = text; };
  let gone = false;
  const go = (text) => {
    if (gone) return;
    gone = true;
    say(text);
    delete form.dataset.locating;
    form.dataset.located = "yes";
    form.requestSubmit();
  };
  if (!navigator.geolocation) return go("这部手机不能定位，签到照常。");
  say("正在定位…");
  // The browser's own limit does not run while it asks for permission.
  setTimeout(() => go("没有取得定位，签到照常。"), PROMPT_MS);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      form.elements.latitude.value = coords.latitude.toFixed(6);
      form.elements.longitude.value = coords.longitude.toFixed(6);
      form.elements.accuracy.value = Math.round(coords.accuracy);
      go("已取得定位。");
    },
    (error) => go(`${REFUSED[error.code] ?? "没有取得定位"}，签到照常。`),
    { enableHighAccuracy: true, timeout: LOCATE_MS, maximumAge: 30_000 },
  );
}, { capture: true });

// ---- A weak signal: a form stays as it is, drawing and photo with it, until the server has answered ----

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.keep || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  const pressed = new Date();
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  button.textContent = "正在发送…";
  keepTyped(form);
  const answer = await fetch(form.action, {
    method: "POST", body: new FormData(form), redirect: "manual", headers: { "X-Requested-With": "fetch" },
  }).catch(() => null);
  // Sent: the page of the order says what came of it, also where the same had arrived before.
  if (answer?.type === "opaqueredirect") {
    sessionStorage.removeItem(typedPlace(form));
    form.dispatchEvent(new Event("kw:arrived"));
    return location.assign(form.dataset.keep);
  }
  button.textContent = label;
  delete form.dataset.busy;
  delete form.dataset.sent;
  if (!answer) {
    keepMoment(form, pressed);
    keepTyped(form);
    showError("没有网络，内容都还在，有信号后再按一次。");
  } else if (answer.status === 422) {
    showFaults(form, new DOMParser().parseFromString(await answer.text(), "text/html"));
  } else if (answer.status === 401) {
    // The sign-in has ended: through it and back to this page, where what was typed and drawn is given back.
    keepMoment(form, pressed);
    keepTyped(form);
    location.assign(`/login/?next=${encodeURIComponent(location.pathname)}`);
  } else {
    showError("没有发送成功，请刷新后重试。");
  }
});

// Who checks in without a signal has arrived all the same: the moment of the press is sent later.
function keepMoment(form, pressed) {
  const at = form.elements.at;
  if (!at || at.value) return;
  at.value = pressed.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" }).slice(0, 16).replace(" ", "T");
  at.closest("details").open = true;
}

// ---- What was typed lies in the tab's own storage until it has arrived ----

function typedPlace(form) {
  return `kw-typed:${new URL(form.action).pathname}`;
}

// Files a browser keeps nowhere; what is hidden the page fills in anew.
function typedFields(form) {
  return [...form.elements].filter((field) => field.name && !["hidden", "file", "submit", "button"].includes(field.type));
}

function keepTyped(form) {
  const ticked = (field) => (["radio", "checkbox"].includes(field.type) ? field.checked : null);
  const typed = typedFields(form).map((field) => [field.name, field.value, ticked(field)]);
  sessionStorage.setItem(typedPlace(form), JSON.stringify(typed));
}

function giveBack(form) {
  const typed = JSON.parse(sessionStorage.getItem(typedPlace(form)));
  if (!typed?.some(([, value, ticked]) => value && ticked !== false)) return;
  for (const [name, value, ticked] of typed) {
    const add = form.querySelector("[data-part-add]");
    // A row of parts that was added has to be there first.
    if (!form.elements[name] && add && name.startsWith(`${add.dataset.partAdd}-`)) add.click();
    const field = typedFields(form).find((one) => one.name === name && (ticked === null || one.value === value));
    if (field && ticked !== null) field.checked = ticked;
    else if (field) field.value = value;
    if (field?.value) field.closest("details")?.setAttribute("open", "");
  }
  showError("上次没有送到的内容还在，请核对后再按一次。");
}

function showFaults(form, page) {
  form.querySelectorAll(".kw-field-error:not([data-signature-empty]), .errorlist").forEach((old) => old.remove());
  const refused = page.querySelector(`form[action="${form.getAttribute("action")}"]`) ?? page.querySelector("form[data-keep]");
  for (const fault of refused?.querySelectorAll(".kw-field-error:not([data-signature-empty])") ?? []) {
    const field = form.querySelector(`#${CSS.escape(fault.id.replace(/_error$/, ""))}`);
    (field?.closest(".kw-field") ?? form).append(fault);
    field?.closest("details")?.setAttribute("open", "");
  }
  refused?.querySelectorAll(".errorlist").forEach((fault) => form.prepend(fault));
  (form.querySelector(".kw-field-error:not([data-signature-empty]), .errorlist") ?? form).scrollIntoView({ block: "center" });
}

// ---- Parts: as many rows as needed ----

for (const button of document.querySelectorAll("[data-part-add]")) {
  const set = button.closest("fieldset");
  const total = set.querySelector(`[name="${button.dataset.partAdd}-TOTAL_FORMS"]`);
  button.hidden = false;
  // The empty rows of a page without script would push the button that ends the visit off a phone's screen.
  const isEmpty = (row) => [...row.querySelectorAll('[name$="-name"], [name$="-serial"]')].every((field) => !field.value);
  for (const row of [...set.querySelectorAll("[data-part]")].slice(1).reverse()) {
    if (!isEmpty(row)) break;
    row.remove();
    total.value = Number(total.value) - 1;
  }
  button.addEventListener("click", () => {
    if (Number(total.value) >= Number(button.dataset.most)) return;
    const row = set.querySelector("template").content.firstElementChild.outerHTML.replaceAll("__prefix__", total.value);
    button.insertAdjacentHTML("beforebegin", row);
    total.value = Number(total.value) + 1;
    button.previousElementSibling.querySelector("input").focus();
  });
}

document.querySelectorAll("form[data-keep]").forEach(giveBack);
