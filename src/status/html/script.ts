/**
 * Replaces what has changed in <main> at each interval. Unchanged elements keep focus, selection, scroll
 * positions and open <details>.
 */
export const SCRIPT = `'use strict';
(() => {
  const main = document.querySelector('main');
  const connection = document.getElementById('connection');
  const pause = document.getElementById('pause');
  const intervalMs = Math.max(2000, Number(main.dataset.interval) * 1000);
  let respondedAt = new Date();
  let timer;
  let isPaused = false;

  function update(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeName !== fresh.nodeName || old.id !== fresh.id) return old.replaceWith(fresh);
    if (old.nodeType !== Node.ELEMENT_NODE) {
      old.data = fresh.data;
      return;
    }
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const { name } of [...old.attributes]) if (name !== 'open' && !fresh.hasAttribute(name)) old.removeAttribute(name);
    const children = [...old.childNodes];
    const next = [...fresh.childNodes];
    for (const [at, child] of next.entries()) {
      if (at < children.length) update(children[at], child);
      else old.append(child);
    }
    for (const child of children.slice(next.length)) child.remove();
  }

  async function refresh() {
    clearTimeout(timer);
    if (isPaused || document.hidden) return;
    let problem = 'has not responded';
    try {
      // Not relative: browsers reject requests to an address with a password, which a relative one inherits.
      const response = await fetch(location.origin + location.pathname, { cache: 'no-store', signal: AbortSignal.timeout(10000) });
      if (!response.ok) {
        problem = 'has responded with status ' + response.status;
        throw new Error(problem);
      }
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      update(main, page.querySelector('main'));
      document.title = page.title;
      respondedAt = new Date();
      connection.textContent = '';
    } catch (error) {
      const time = respondedAt.toISOString().slice(11, 19);
      connection.textContent = 'The exporter ' + problem + ' since ' + time + ' UTC. These values are from that time.';
    }
    clearTimeout(timer);
    timer = setTimeout(refresh, intervalMs);
  }

  pause.hidden = false;
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.setAttribute('aria-pressed', String(isPaused));
    refresh();
  });
  document.addEventListener('visibilitychange', refresh);
  timer = setTimeout(refresh, intervalMs);
})();
`;
