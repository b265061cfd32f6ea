// Buttons that copy a technical fact; they appear only where copying works.

for (const list of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) break;
  for (const button of list.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.parentElement.querySelector("code").textContent);
      button.textContent = list.dataset.copied;
      setTimeout(() => {
        button.textContent = list.dataset.copy;
      }, 2000);
    });
  }
}
