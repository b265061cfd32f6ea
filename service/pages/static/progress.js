// The progress of a request: the page is fetched again and the part that changed is put in its place, so that nobody loses
// their place on the page. Without scripts the page refreshes as a whole.

async function look() {
  const held = document.getElementById("progress");
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return true;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const seen = page.getElementById("progress");
  if (seen === null || seen.dataset.state === held.dataset.state) return true;
  const status = held.querySelector("[role=status]");
  const news = seen.querySelector("[role=status]");
  status.className = news.className;
  status.replaceChildren(...news.childNodes);
  held.querySelector(".steps").replaceWith(seen.querySelector(".steps"));
  held.dataset.state = seen.dataset.state;
  return seen.dataset.state !== "settled" && seen.dataset.state !== "refused";
}

const seconds = Number(document.getElementById("progress").dataset.seconds);

async function again() {
  let more = true;
  try {
    more = await look();
  } catch {
    more = true; // the connection may come back
  }
  if (more) setTimeout(again, seconds * 1000);
  else document.querySelector("[data-refreshing]")?.remove();
}

setTimeout(again, seconds * 1000);
