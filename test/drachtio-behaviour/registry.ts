import { APPS } from './areas/apps.js';
import { AUTHENTICATION } from './areas/authentication.js';
import { B2BUA } from './areas/b2bua.js';
import { BAD_INPUT } from './areas/bad-input.js';
import { BRIDGE } from './areas/bridge.js';
import { CANCEL } from './areas/cancel.js';
import { CANCEL_BY_APP } from './areas/cancel-by-app.js';
import { CDR } from './areas/cdr.js';
import { CHALLENGES } from './areas/challenge.js';
import { DIALOG } from './areas/dialog.js';
import { DIALOG_RULES } from './areas/dialog-rules.js';
import { EXTENSIONS } from './areas/extensions.js';
import { FORKING } from './areas/forking.js';
import { FRAMING } from './areas/framing.js';
import { LIFETIMES } from './areas/lifetimes.js';
import { MIDDLEWARE } from './areas/middleware.js';
import { OUTBOUND } from './areas/outbound.js';
import { PROXY } from './areas/proxy.js';
import { PROXY_DIALOG } from './areas/proxy-dialog.js';
import { PROXY_LIFETIMES } from './areas/proxy-lifetimes.js';
import { PROXY_REFUSALS } from './areas/proxy-refusals.js';
import { PROXY_RULES } from './areas/proxy-rules.js';
import { PROXY_SEARCH } from './areas/proxy-search.js';
import { RACES } from './areas/races.js';
import { REQUESTS } from './areas/requests.js';
import { RESPONSES } from './areas/responses.js';
import { ROUTES } from './areas/routes.js';
import { SILENCE } from './areas/silence.js';
import { STACK } from './areas/stack.js';
import { STRICT, STRICT_LIFETIMES } from './areas/strict.js';
import { SUBSCRIPTION } from './areas/subscription.js';
import { UAC } from './areas/uac.js';
import { UAC_DIALOG } from './areas/uac-dialog.js';
import { UAS } from './areas/uas.js';
import type { Behaviour } from './behaviour.js';

/** Every behaviour, by area. Ids are stable. */
export const BEHAVIOURS: readonly Behaviour[] = [
  ...FRAMING,
  ...AUTHENTICATION,
  ...ROUTES,
  ...STACK,
  ...MIDDLEWARE,
  ...RESPONSES,
  ...UAS,
  ...UAC,
  ...UAC_DIALOG,
  ...DIALOG,
  ...DIALOG_RULES,
  ...B2BUA,
  ...BRIDGE,
  ...CANCEL,
  ...CANCEL_BY_APP,
  ...CHALLENGES,
  ...REQUESTS,
  ...SUBSCRIPTION,
  ...PROXY,
  ...PROXY_DIALOG,
  ...PROXY_REFUSALS,
  ...FORKING,
  ...PROXY_SEARCH,
  ...PROXY_RULES,
  ...CDR,
  ...OUTBOUND,
  ...RACES,
  ...APPS,
  ...BAD_INPUT,
  ...EXTENSIONS,
  ...STRICT,
  ...LIFETIMES,
  ...SILENCE,
  ...PROXY_LIFETIMES,
  ...STRICT_LIFETIMES,
];
