// Where the browser brings a key of the reader's own (EIP-1193), it is asked to sign what the page would have pasted. Every
// sentence comes from a <template> of the page, so this script speaks no language; without it the form works as it is.

const form = document.querySelector("[data-sign]");
const REFUSED = 4001; // EIP-1193: whoever holds the key said no

function say(name, detail = "") {
  const piece = form.querySelector(`template[data-answer="${name}"]`).content.cloneNode(true);
  for (const place of piece.querySelectorAll("[data-fill]")) place.textContent = detail;
  form.querySelector("[data-answer-place]").replaceChildren(piece);
}

async function typedData() {
  const answer = await fetch(form.dataset.sign, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return answer.text();
}

async function sign() {
  const accounts = await window.ethereum.request({ method: "eth_requestAccounts" });
  const wanted = form.dataset.account.toLowerCase();
  const account = accounts.find((each) => each.toLowerCase() === wanted);
  if (account === undefined) {
    say("other", accounts.join(", "));
    return;
  }
  form.elements.signature.value = await window.ethereum.request({
    method: "eth_signTypedData_v4",
    params: [account, await typedData()],
  });
  say("signed");
  form.querySelector("[type=submit]").focus();
}

// A page may be read before the browser's key has come; it tells when it does.
function offer() {
  form.querySelector("[data-offer]").hidden = window.ethereum === undefined;
}

if (form !== null) {
  offer();
  window.addEventListener("ethereum#initialized", offer, { once: true });
  form.querySelector("[data-offer] button").addEventListener("click", async () => {
    say("asking");
    try {
      await sign();
    } catch (error) {
      if (error?.code === REFUSED) say("refused");
      else say("failed", error?.message ?? String(error));
    }
  });
}
