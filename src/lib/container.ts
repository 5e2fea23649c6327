import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Docker creates the first file, Podman the second. */
export const isInContainer = (root = '/'): boolean =>
  existsSync(join(root, '.dockerenv')) || existsSync(join(root, 'run/.containerenv'));

function hasNetworkAdapter(root: string): boolean {
  const interfaces = join(root, 'sys/class/net');
  try {
    // What is virtual, such as a container's end of a veth pair, has no device.
    return readdirSync(interfaces).some((name) => existsSync(join(interfaces, name, 'device')));
  } catch {
    return false;
  }
}

/** Whether this is a container with a network of its own, whose addresses other machines cannot reach. */
export const isInContainerNetwork = (root = '/'): boolean => isInContainer(root) && !hasNetworkAdapter(root);
