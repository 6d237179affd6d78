// Material's search runs in a worker, which browsers refuse to pages that are opened as files. There, a hidden frame
// stands in for the worker. Material's plugin `offline` loads one from the web if no script of this name is configured.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #started;

    constructor(url) {
      super();
      this.#frame.hidden = true;
      document.body.append(this.#frame);
      const inner = this.#frame.contentWindow;
      inner.document.open();
      inner.document.write("<!doctype html>");
      inner.document.close();
      // Messages of a worker go to its page, not to itself.
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = inner.document.createElement("script");
      script.src = url;
      this.#started = new Promise((resolve) => script.addEventListener("load", resolve));
      inner.document.documentElement.append(script);
    }

    postMessage(data) {
      const inner = this.#frame.contentWindow;
      this.#started.then(() => inner.dispatchEvent(new inner.MessageEvent("message", { data })));
    }

    terminate() {
      this.#frame.remove();
    }
  };
}
