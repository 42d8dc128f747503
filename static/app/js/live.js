/**
 * The live connection. Frames are hints: whatever the socket loses, the next `changes` after the
 * cursor repairs. Tells its owner through events: `state`, `frame`, `notice`, `changes`, `refresh`, `reset`, `open`.
 */

import { getJson } from "./api.js";

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 15000;
const POLL_MS = 10000;
const POLL_AFTER_FAILURES = 3;
const LOGIN = 4401;
const FORBIDDEN = 4403;

export class Live extends EventTarget {
  /** `cursor` null: the page keeps no list of cards and is told to `refresh` instead. */
  constructor({ cursor = null, query = () => "" } = {}) {
    super();
    this.cursor = cursor;
    this.query = query;
    this.failures = 0;
    this.heartbeatMs = 25000;
    this.state = "";
  }

  start() {
    addEventListener("online", () => this.wake());
    addEventListener("offline", () => this.show("offline"));
    addEventListener("pageshow", (event) => event.persisted && this.wake());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.wake());
    setInterval(() => this.poll(), POLL_MS);
    this.connect();
  }

  /** Tell the server which lead is open here. */
  say(facts) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(facts));
  }

  /** Ask for what was missed, and connect at once where a retry is waiting. */
  wake() {
    if (this.socket?.readyState === WebSocket.OPEN) this.resync();
    else this.connect();
  }

  connect() {
    clearTimeout(this.retry);
    if (this.state === "login" || this.socket?.readyState === WebSocket.CONNECTING) return;
    if (this.socket) this.drop();
    this.show(this.state ? "reconnecting" : "connecting");
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws/board/`);
    socket.addEventListener("message", (event) => this.receive(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event.code));
    this.socket = socket;
    this.watch();
  }

  drop() {
    const socket = this.socket;
    this.socket = null;
    socket.close();
  }

  /** Silence for two heartbeats means a dead connection that nobody closed. */
  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => {
      this.drop();
      this.closed(0);
    }, 2.2 * this.heartbeatMs);
  }

  closed(code) {
    clearTimeout(this.silence);
    this.socket = null;
    if (code === LOGIN || code === FORBIDDEN) {
      this.show("login");
      return;
    }
    this.failures += 1;
    if (navigator.onLine === false) this.show("offline");
    else this.show(this.failures > POLL_AFTER_FAILURES ? "polling" : "reconnecting");
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.failures);
    this.retry = setTimeout(() => this.connect(), wait * (0.7 + 0.6 * Math.random()));
  }

  receive(text) {
    this.watch();
    const frame = JSON.parse(text);
    if (frame.v > 1) return;
    if (frame.type === "sync:hello") this.hello(frame);
    else if (frame.type === "sync:head") this.compare(frame.seq);
    else if (frame.type === "sync:reset") this.resync();
    else if (frame.type === "sync:notice") this.tell("notice", frame.notice);
    else this.tell("frame", frame);
  }

  async hello(frame) {
    this.heartbeatMs = (frame.heartbeat ?? 25) * 1000;
    this.failures = 0;
    if (await this.resync()) this.show("live");
    this.tell("open", {});
  }

  compare(head) {
    if (this.cursor === null || head > this.cursor) this.resync();
  }

  /** Bring the page up to now. Returns whether the server could be asked. */
  async resync() {
    if (this.cursor === null) {
      this.tell("refresh", {});
      return true;
    }
    this.asking ??= this.askChanges().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  async askChanges() {
    try {
      const query = new URLSearchParams(this.query());
      query.set("since", this.cursor);
      const changes = await getJson(`/api/board/changes/?${query}`);
      if (changes.reset) {
        this.tell("reset", {});
        return true;
      }
      this.cursor = Math.max(this.cursor, Number(changes.seq));
      this.tell("changes", changes);
      return true;
    } catch (error) {
      if (error.status === 401 || error.status === 403) this.show("login");
      return false;
    }
  }

  async poll() {
    if (this.state !== "polling" || document.visibilityState !== "visible") return;
    if (!(await this.resync())) this.show("offline");
  }

  show(state) {
    if (this.state === state) return;
    this.state = state;
    this.tell("state", { state });
  }

  tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
