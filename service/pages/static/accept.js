// The receiver's key goes to this service alone, as the credential of one request, and is kept nowhere.
const form = document.querySelector("[data-accept]");
const answer = document.querySelector("[data-answer-place]");

function said(name) {
  return document.querySelector(`template[data-answer="${name}"]`).content.cloneNode(true);
}

function nonce() {
  let number = 0n;
  for (const octet of crypto.getRandomValues(new Uint8Array(16))) number = (number << 8n) | BigInt(octet);
  return number.toString();
}

async function accept(key) {
  const response = await fetch(form.dataset.accept, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({
      from_account: form.dataset.from,
      nonce: nonce(),
      deadline: Number(form.dataset.deadline),
    }),
    credentials: "omit",
    cache: "no-store",
  });
  const told = await response.json();
  const shown = said(response.ok ? "signed" : "refused");
  shown.querySelector("[data-fill]").textContent = response.ok ? JSON.stringify(told, null, 1) : told.detail || told.title;
  answer.replaceChildren(shown);
  if (response.ok) form.hidden = true;
}

if (form) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const input = form.querySelector("input");
    const key = input.value.trim();
    input.value = "";
    try {
      await accept(key);
    } catch {
      answer.replaceChildren(said("unreachable"));
    }
  });
}
