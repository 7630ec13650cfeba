/**
 * The entry `busyhere/testcontainers`: the lab's proxy and endpoints as containers in tests of one's own. testcontainers is
 * loaded when the first is started.
 *
 *     const network = await new Network().start();
 *     const proxy = await startProxyContainer({ network, domain: 'lab.example' });
 */
export type { Account, Endpoint, IncomingCall, OutgoingCall } from '../endpoint/endpoint.js';
export { type EndpointContainer, type EndpointContainerOptions, startEndpointContainer } from './endpoint-container.js';
export type { LabContainerOptions } from './lab-container.js';
export { type ProxyContainer, type ProxyContainerOptions, type ProxyTrust, startProxyContainer } from './proxy-container.js';
