/**
 * The entry `busyhere/jest`: matchers over the attempts of a result. Loads nothing of Jest.
 *
 *     import { matchers } from 'busyhere/jest';
 *     expect.extend(matchers);
 */
import { type ExpectedLoss, toHaveLostResponse, toReceiveFinalResponse, toStayPending } from './matchers.js';

export { type ExpectedLoss, type MatcherResult, toHaveLostResponse, toReceiveFinalResponse, toStayPending } from './matchers.js';

/** All matchers, for `expect.extend`. */
export const matchers = { toReceiveFinalResponse, toStayPending, toHaveLostResponse };

/**
 * The matchers as `expect(attempt)` has them. The global `expect` of Jest learns them with the import of this entry;
 * for the one of `@jest/globals` a project declares:
 *
 *     declare module 'expect' {
 *       interface Matchers<R extends void | Promise<void>> extends BusyhereMatchers<R> {}
 *     }
 */
export interface BusyhereMatchers<R> {
  /** Exactly this final response reached the originator. */
  toReceiveFinalResponse(status: number): R;
  /** The callee gave a final response and the originator got none. */
  toStayPending(): R;
  /** A final response was lost, in this way and at this place where said. */
  toHaveLostResponse(expected?: ExpectedLoss): R;
}

declare global {
  namespace jest {
    interface Matchers<R> extends BusyhereMatchers<R> {}
  }
}
