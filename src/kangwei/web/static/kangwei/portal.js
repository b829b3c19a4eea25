// What the pages for people without a sign-in do by themselves. Each of them works without it.
"use strict";

const LARGEST_SIDE = 2000;
const LARGE = 1_000_000;

// ---- Name and phone stay on this phone, for the next time ----

function remembered() {
  // Some browsers inside other apps keep nothing, and say so with an error.
  try { return JSON.parse(localStorage.getItem("kangwei-reporter")) ?? {}; } catch { return {}; }
}

for (const form of document.querySelectorAll("form[data-remember]")) {
  const known = remembered();
  for (const name of ["name", "phone"]) form.elements[name].value ||= known[name] ?? "";
  form.addEventListener("submit", () => {
    const said = { name: form.elements.name.value, phone: form.elements.phone.value };
    try { localStorage.setItem("kangwei-reporter", JSON.stringify(said)); } catch { /* then it is typed again */ }
  });
}

// ---- A long list shrinks to what is typed; what cannot be found can still be "unknown" ----

for (const field of document.querySelectorAll("[data-filter]")) {
  field.hidden = false;
  const choices = [...document.getElementById(field.dataset.filter).querySelectorAll(".kp-choice")];
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    for (const choice of choices) {
      const text = choice.textContent.toLowerCase();
      choice.hidden = !words.every((word) => text.includes(word));
    }
  });
  // Enter would send the form half filled in.
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
}

// ---- Photos are made smaller before they go over a weak signal ----

async function smaller(file) {
  if (file.size < LARGE) return file;
  const picture = await createImageBitmap(file);
  const share = Math.min(1, LARGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * share);
  canvas.height = Math.round(picture.height * share);
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  const made = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.85));
  return made && made.size < file.size ? new File([made], "photo.jpg", { type: "image/jpeg" }) : file;
}

async function shrink(form) {
  for (const field of form.querySelectorAll("input[type=file]")) {
    const chosen = new DataTransfer();
    for (const file of field.files) chosen.items.add(await smaller(file).catch(() => file));
    if (field.files.length) field.files = chosen.files;
  }
}

// ---- A form goes once, however often it is pressed ----

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    const button = form.querySelector("[data-busy]");
    button.dataset.label = button.textContent;
    button.textContent = button.dataset.busy;
    button.disabled = true;
    await shrink(form).catch(() => {});
    form.submit();
  });
}

// A page taken back from the browser's history can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    const button = form.querySelector("[data-busy]");
    button.textContent = button.dataset.label;
    button.disabled = false;
  }
});
