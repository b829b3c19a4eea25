// A pad to sign on: strokes of finger, pen or mouse on a canvas, sent as PNG with the form around it.
"use strict";

const LINE_WIDTH = 2.6;
const INK = "#14202a";
const MOST_PIXELS = 1400; // a side of the picture; the server takes 2000
const LEAST_LENGTH = 40; // a tap by accident is no signature
const MARGIN = 8;
const STROKES = "kw-strokes:"; // before the path of the page, in the tab's own storage

function prepareSignature(pad) {
  const canvas = pad.querySelector("canvas");
  const empty = pad.querySelector("[data-signature-empty]");
  const form = pad.closest("form");
  const pen = canvas.getContext("2d");
  const place = STROKES + location.pathname;
  // What was sent and did not arrive, as where the sign-in had ended, is there again when the page is opened again.
  let { strokes, width } = JSON.parse(sessionStorage.getItem(place)) ?? { strokes: [], width: 0 };
  let drawing = null;
  let fitted = false;

  // A turned phone changes the width: what was drawn is drawn again to the new measure.
  function fit() {
    const box = canvas.getBoundingClientRect();
    if (!box.width || (fitted && box.width === width)) return;
    fitted = true;
    const change = width ? Math.min(1, box.width / width) : 1;
    strokes = strokes.map((stroke) => stroke.map(([x, y]) => [x * change, y * change]));
    width = box.width;
    const ratio = Math.min(devicePixelRatio || 1, MOST_PIXELS / Math.max(box.width, box.height));
    canvas.width = Math.round(box.width * ratio);
    canvas.height = Math.round(box.height * ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.lineWidth = LINE_WIDTH;
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = INK;
    strokes.forEach((stroke) => stroke.forEach((_, at) => line(stroke, at)));
  }

  function line(stroke, at) {
    const [from, to] = [stroke[Math.max(0, at - 1)], stroke[at]];
    pen.beginPath();
    pen.moveTo(...from);
    pen.lineTo(...to);
    pen.stroke();
  }

  function add(event) {
    const box = canvas.getBoundingClientRect();
    const inside = (at, most) => Math.min(most, Math.max(0, at));
    drawing.push([inside(event.clientX - box.left, box.width), inside(event.clientY - box.top, box.height)]);
    line(drawing, drawing.length - 1);
  }

  function length() {
    let sum = 0;
    for (const stroke of strokes) {
      for (let at = 1; at < stroke.length; at++) sum += Math.hypot(stroke[at][0] - stroke[at - 1][0], stroke[at][1] - stroke[at - 1][1]);
    }
    return sum;
  }

  // The strokes without the empty paper around them, so that a short name is not lost in its box.
  function picture() {
    const points = strokes.flat();
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    const ratio = canvas.width / width;
    const from = (values) => Math.max(0, Math.floor((Math.min(...values) - MARGIN) * ratio));
    const to = (values, most) => Math.min(most, Math.ceil((Math.max(...values) + MARGIN) * ratio));
    const [left, top] = [from(xs), from(ys)];
    const cut = document.createElement("canvas");
    cut.width = to(xs, canvas.width) - left;
    cut.height = to(ys, canvas.height) - top;
    cut.getContext("2d").drawImage(canvas, -left, -top);
    return cut.toDataURL("image/png");
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button > 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    strokes.push((drawing = []));
    empty.hidden = true;
    add(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing || !event.isPrimary) return;
    const between = event.getCoalescedEvents?.() ?? [];
    (between.length ? between : [event]).forEach(add);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { drawing = null; });
  pad.querySelector("[data-signature-clear]").addEventListener("click", () => {
    strokes = [];
    sessionStorage.removeItem(place);
    pen.clearRect(0, 0, canvas.width, canvas.height);
  });

  form.addEventListener("submit", (event) => {
    if (length() >= LEAST_LENGTH) return sessionStorage.setItem(place, JSON.stringify({ strokes, width }));
    event.preventDefault();
    event.stopPropagation();
    empty.hidden = false;
    canvas.scrollIntoView({ block: "center" });
  });
  form.addEventListener("kw:arrived", () => sessionStorage.removeItem(place));
  form.addEventListener("formdata", (event) => event.formData.set("image", picture()));
  new ResizeObserver(fit).observe(canvas);
  fit();
}

document.querySelectorAll("[data-signature]").forEach(prepareSignature);
