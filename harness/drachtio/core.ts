import type { Clock } from '../platform/clock.js';
import type { TransactionLayer } from '../transaction/transaction-layer.js';
import type { Applications } from './applications.js';
import type { Cdr } from './cdr.js';
import type { DialogTable } from './dialog-table.js';
import type { Names } from './names.js';
import type { Habits } from './real-server-habits.js';
import type { Sightings } from './sightings.js';
import type { StackTimers } from './stack-timers.js';

/** What the parts of a server share. */
export interface Core {
  readonly clock: Clock;
  readonly timers: StackTimers;
  readonly layer: TransactionLayer;
  readonly names: Names;
  readonly sightings: Sightings;
  readonly habits: Habits;
  readonly applications: Applications;
  readonly cdr: Cdr;
  readonly dialogs: DialogTable;
}
