import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { canBind } from '../platform/can-bind.js';
import type { DatagramNetwork } from '../platform/datagram-network.js';

/** How this machine gets to a container: by its own address in its network, or by a port published on 127.0.0.1. */
export type ContainerReach = 'address' | 'loopback';

/** A range of addresses of a network of containers, as the engine tells of it. */
export interface NetworkRange {
  /** Such as `172.18.0.0/16`. */
  readonly Subnet?: string | undefined;
  readonly Gateway?: string | undefined;
}

/**
 * Whether this machine is in the containers' network itself: as its gateway where the engine runs here, or by an address of its
 * own where this is a container, too. Then it gets to containers by their addresses. Where they are in a virtual machine, or
 * in namespaces of their own, it is not.
 *
 * @param sockets tell the gateway's address from others': a bridge without containers is no interface that is running
 */
export async function containerReach(ranges: readonly NetworkRange[], sockets: DatagramNetwork): Promise<ContainerReach> {
  if (isInside(ranges)) return 'address';
  for (const { Gateway } of ranges) if (Gateway !== undefined && isIPv4(Gateway) && (await canBind(sockets, Gateway))) return 'address';
  return 'loopback';
}

function isInside(ranges: readonly NetworkRange[]): boolean {
  const inside = new BlockList();
  for (const { Subnet = '' } of ranges) {
    const [address = '', bits] = Subnet.split('/');
    if (isIPv4(address)) inside.addSubnet(address, Number(bits), 'ipv4');
  }
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ address, internal }) => !internal && isIPv4(address) && inside.check(address));
}
