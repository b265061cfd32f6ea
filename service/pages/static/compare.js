// A file put on the page is hashed here and compared with the deposited digest, put into a form, or looked up by it. Every
// sentence comes from a <template> of the page, so this script speaks no language.

import { digest } from "./digest.js";

const BUNDLE_LIMIT = 16 * 1024 * 1024;

function answer(zone, name, facts = {}) {
  const piece = zone.querySelector(`template[data-answer="${name}"]`).content.cloneNode(true);
  for (const place of piece.querySelectorAll("[data-fill]")) {
    const fact = facts[place.dataset.fill] ?? "";
    if (place.dataset.fill === "link") place.href = fact;
    else place.textContent = fact;
  }
  zone.querySelector(".drop-answer").replaceChildren(piece);
}

// An evidence bundle is JSON with a claim, records and a block; anything else is a file like any other.
async function isBundle(file) {
  if (file.size > BUNDLE_LIMIT || !/json$/i.test(file.type || file.name)) return false;
  try {
    const value = JSON.parse(await file.text());
    return Array.isArray(value.records) && Boolean(value.claim) && Boolean(value.block);
  } catch {
    return false;
  }
}

function offerBundle(zone, file) {
  const form = document.querySelector("form[data-bundle]");
  if (form === null) return false;
  const files = new DataTransfer();
  files.items.add(file);
  form.elements.bundle.files = files.files;
  answer(zone, "bundle", { name: file.name });
  form.querySelector("button").focus();
  return true;
}

async function take(zone, file) {
  const name = file.name;
  answer(zone, "hashing", { name });
  try {
    if ((await isBundle(file)) && offerBundle(zone, file)) return;
    const part = zone.querySelector('.drop-answer [data-fill="part"]');
    const sha256 = await digest(file, (share) => {
      part.textContent = `${Math.floor(share * 100)} %`;
    });
    const deposited = zone.dataset.sha256;
    if (zone.dataset.into) {
      document.getElementById(zone.dataset.into).value = sha256;
      answer(zone, "taken", { name, sha256 });
    } else if (deposited) answer(zone, sha256 === deposited ? "same" : "differs", { name, sha256 });
    else answer(zone, "find", { name, sha256, link: `${zone.dataset.find}?q=${sha256}` });
  } catch (error) {
    answer(zone, "unreadable");
    console.error(error);
  }
}

for (const zone of document.querySelectorAll("[data-drop]")) {
  const input = zone.querySelector("input[type=file]");
  zone.hidden = false;
  input.addEventListener("change", () => {
    if (input.files.length > 0) take(zone, input.files[0]);
    input.value = "";
  });
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("drop-over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("drop-over"));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("drop-over");
    if (event.dataTransfer.files.length > 0) take(zone, event.dataTransfer.files[0]);
  });
}
