// Review by keyboard: j and k go on and back, 1 to 9 choose, Enter matches, r dismisses, u takes back, / searches.
// The keys work while the focus is in the queue. Without this script everything is done by links and forms.
"use strict";

(() => {
  const queue = () => document.getElementById("review");
  const said = document.getElementById("said");

  function say(words) {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = words; });
  }

  function begin(focus) {
    const title = document.getElementById("item-title");
    for (const tab of queue().querySelectorAll(".levels [aria-current]")) tab.scrollIntoView({ block: "nearest", inline: "nearest" });
    const told = [...queue().querySelectorAll("[data-say]")].map((each) => each.dataset.say);
    if (focus && title) {
      title.focus({ preventScroll: true });
      say([...told, title.textContent].join(" "));
    }
    for (const picture of queue().querySelectorAll("img[data-instead]")) {
      const replace = () => {
        const words = document.createElement("span");
        words.className = "instead";
        words.textContent = picture.dataset.instead;
        picture.replaceWith(words);
      };
      if (picture.complete && !picture.naturalWidth) replace();
      else picture.addEventListener("error", replace);
    }
    fetchNext();
  }

  // The next picture is on its way while this one is looked at.
  function fetchNext() {
    const next = queue().querySelector("[data-next-picture]");
    if (next) new Image().src = next.dataset.nextPicture;
  }

  const pressed = (key) => queue().querySelector(`[data-key="${key}"]`);
  const choices = () => [...queue().querySelectorAll("#found input[type=radio]")];

  function match() {
    const button = pressed("Enter");
    if (!button) return;
    if (choices().some((each) => each.checked)) button.click();
    else say(said.dataset.choose);
  }

  function choose(number) {
    const choice = choices()[number - 1];
    if (!choice) return;
    choice.checked = true;
    choice.focus();
  }

  // Enter chooses from what was searched for. Whoever types fast would else choose from the list of before.
  let chooses = false;
  const isFound = (search) => document.getElementById("found").dataset.search === search.value.trim();

  function chooseFound(search) {
    if (isFound(search)) {
      choose(1);
    } else {
      chooses = true;
      htmx.trigger(search, "search-now");
    }
  }

  function act(key) {
    if (key === "/") pressed("/")?.focus();
    else if (key === "Enter") match();
    else if (key >= "1" && key <= "9") choose(Number(key));
    else if ("jkru".includes(key)) pressed(key)?.click();
    else return false;
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const at = document.activeElement;
    if (!queue()?.contains(at)) return;
    if (at.matches("input[type=search]")) {
      if (event.key === "Enter") {
        event.preventDefault();
        if (!event.repeat) chooseFound(at);
      } else if (event.key === "Escape") {
        document.getElementById("item-title")?.focus();
      }
      return;
    }
    if (at.matches("textarea, select, input:not([type=radio])")) return;
    if (event.key === "Enter" && at.matches("a, button, summary")) return;
    if (event.repeat && event.key !== "j" && event.key !== "k") return;
    if (act(event.key.length === 1 ? event.key.toLowerCase() : event.key)) event.preventDefault();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "review") {
      chooses = false;
      begin(true);
    } else if (event.detail.target.id === "found" && chooses && isFound(pressed("/"))) {
      chooses = false;
      choose(1);
    }
  });
  begin(true);
})();
