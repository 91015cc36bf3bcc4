// The part of a widget model that a front end uses, without Jupyter: `python` stands for the kernel.
const unpack = value =>
  value === null || typeof value !== "object" ? value
    : "base64" in value ? new DataView(Uint8Array.from(atob(value.base64), c => c.charCodeAt(0)).buffer)
      : Array.isArray(value) ? value.map(unpack)
        : Object.fromEntries(Object.entries(value).map(([key, v]) => [key, unpack(v)]));

class FakeModel {
  constructor(state) { this.state = unpack(state); this.heard = []; this.saved = []; this.sent = []; this.dirty = new Set(); }
  get(key) { return this.state[key]; }
  set(key, value) { this.dirty.add(key); this.state[key] = value; this.tell(key); }
  on(event, hear) { this.heard.push([event, hear]); }
  off(event, hear) { this.heard = this.heard.filter(([e, h]) => e !== event || h !== hear); }
  tell(key) { this.heard.filter(([e]) => e === `change:${key}`).forEach(([, hear]) => hear()); }
  follow(state) {                                                  // all of a message first, then its events
    const news = unpack(state);
    Object.assign(this.state, news); Object.keys(news).forEach(key => this.tell(key));
  }
  save_changes() {
    const news = Object.fromEntries([...this.dirty].map(key => [key, this.state[key]]));
    this.dirty.clear(); this.saved.push(news);
    this.answered = window.python(news).then(state => this.follow(state));
  }
  send(content, callbacks, buffers) {
    this.sent.push(content);
    const bytes = buffers.map(b => Array.from(new Uint8Array(b)));
    this.answered = window.custom(content, bytes).then(state => this.follow(state));
  }
}
window.FakeModel = FakeModel;
