// The search runs in a worker. A browser refuses workers to a page opened from disk: there, a hidden frame does the work.
if (location.protocol === "file:") {
  const load = (page, url) =>
    new Promise((loaded, failed) => {
      const script = page.createElement("script");
      Object.assign(script, { src: url, onload: loaded, onerror: failed });
      page.body.append(script);
    });

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement("iframe");
      frame.hidden = true;
      document.body.append(frame);
      this.inside = frame.contentWindow;
      const page = this.inside.document;
      page.open();
      page.write("<body></body>");
      page.close();
      this.inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      this.inside.importScripts = async (...urls) => {
        for (const each of urls) await load(page, each);
      };
      this.ready = load(page, url);
      this.terminate = () => frame.remove();
    }

    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })));
    }
  };
}
