/// <reference path="./sipjs-udp.d.ts" />
import type { MediaHandler as LibraryMediaHandler } from 'sipjs-udp';
import type { Random } from '../../platform/random.js';
import type { Media } from '../media.js';
import { type Describer, writeAnswer, writeOffer } from '../session-description.js';

export interface MediaHandlerOptions {
  readonly user: string;
  /** IP address. */
  readonly address: string;
  readonly random: Random;
  /** What is offered. */
  readonly offered: readonly Media[];
  /** What can be taken of an offer. */
  readonly taken: readonly Media[];
  /** Offered as it is instead. */
  readonly body?: string | undefined;
}

/** The descriptions of one session, which the library leaves to its user. Nothing is ever sent or received as media. */
export class MediaHandler implements LibraryMediaHandler {
  readonly #sessionId: number;
  #version = 0;
  /** `offering`: the next description that comes is the other's answer. */
  #turn: 'open' | 'offering' | 'answering' = 'open';
  #answer: string | undefined;

  #confirmed = false;
  /** Called when the session stands, the ACK having come. */
  onConfirmed: () => void = () => {};

  constructor(private readonly options: MediaHandlerOptions) {
    this.#sessionId = options.random.uint32();
  }

  get isConfirmed(): boolean {
    return this.#confirmed;
  }

  /** Whether something of what we were offered fits, or nothing was offered. */
  get fits(): boolean {
    return this.#turn !== 'answering' || this.#answer !== undefined;
  }

  /** Our answer where we were offered something, else our offer. The library wants functions of one argument here. */
  getDescription(_hint: unknown): Promise<string> {
    if (this.#turn === 'answering') {
      this.#turn = 'open';
      return this.#answer === undefined ? Promise.reject(new Error('nothing of the offer fits')) : Promise.resolve(this.#answer);
    }
    const { offered, random, body } = this.options;
    this.#turn = 'offering';
    return Promise.resolve(body ?? writeOffer(this.#describer(), offered, random));
  }

  setDescription(description: string): Promise<void> {
    if (this.#turn === 'offering') this.#turn = 'open';
    else {
      this.#turn = 'answering';
      this.#answer = writeAnswer(description, this.#describer(), this.options.taken, this.options.random);
    }
    return Promise.resolve();
  }

  /** Media begin to flow, which is the only sign that the library gives of the ACK to its 200. */
  unmute(): void {
    this.#confirmed = true;
    this.onConfirmed();
  }

  isReady(): boolean {
    return true;
  }

  close(): void {}

  render(): void {}

  mute(): void {}

  hold(): void {}

  unhold(): void {}

  #describer(): Describer {
    const { user, address } = this.options;
    this.#version += 1;
    return { user, address, sessionId: this.#sessionId, version: this.#version };
  }
}
