import { readDefaultGatewayAddress } from '../../collectors/router/gateway.ts';
import { Tr064Client } from '../../collectors/router/tr064/tr064-client.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { Secret } from '../../model/secret.ts';
import type { Environment } from '../../settings/read-variables.ts';
import { isInteractive, promptLine, promptSecret } from '../prompt.ts';
import { printFailure, printLine, printNote, printSuccess } from '../terminal.ts';

const searchTimeoutMs = 5000;
const loginTimeoutMs = 15_000;

/** The default gateway's description, read as if with this account; undefined if the gateway is no FRITZ!Box. */
async function readGateway(gateway: string, username: string | undefined, password: string | undefined) {
  const client = new Tr064Client(gateway, {
    username,
    password: password === undefined ? undefined : new Secret(password),
  });
  const timeoutMs = password === undefined ? searchTimeoutMs : loginTimeoutMs;
  try {
    return await client.read(AbortSignal.timeout(timeoutMs));
  } finally {
    client.close();
  }
}

/** The account as it was given or typed; undefined without one. */
async function chooseAccount(
  given: Environment,
  model: string,
): Promise<{ username: string; password: string } | undefined> {
  const { FRITZBOX_USERNAME: username, FRITZBOX_PASSWORD: password } = given;
  if (username !== undefined && password !== undefined) return { username, password };
  if (!isInteractive()) {
    printNote(`Router: ${model}; with FRITZBOX_USERNAME and FRITZBOX_PASSWORD the agent reads more from it`);
    return undefined;
  }
  printLine(
    `\nYour router is a ${model}. With a user that has the permission “FRITZ!Box Settings”, the agent also reads its line, WLAN, clients and firmware.`,
  );
  const typed = await promptLine('FRITZ!Box user (empty to go on without)', username);
  return typed === '' ? undefined : { username: typed, password: await promptSecret('Password') };
}

/** Offers to use an account of the default gateway if that is a FRITZ!Box and the settings have none. Returns the
 * settings to write. A refused account is not asked for again, because FRITZ!Boxes lock users out. */
export async function offerFritzBoxAccount(
  known: Environment,
  given: Environment,
  roots: HostRoots,
): Promise<Environment> {
  const leaveOut = (reason: string): Environment => {
    const names = Object.keys(given).filter((name) => given[name] !== undefined);
    if (names.length > 0) printNote(`Router: ${names.join(' and ')} had no effect: ${reason}`);
    return {};
  };
  const own = Object.keys(known).find((name) => /^FRITZBOX_(HOSTS|USERNAME|PASSWORD)|^ROUTER_SCHEDULE$/.test(name));
  if (own !== undefined) return leaveOut(`the settings already have ${own}`);
  const gateway = readDefaultGatewayAddress(roots);
  const found = gateway === undefined ? undefined : await readGateway(gateway, undefined, undefined);
  if (gateway === undefined || found === undefined) return leaveOut('the default gateway is not a FRITZ!Box');
  const model = found.device.model ?? 'FRITZ!Box';
  const account = await chooseAccount(given, model);
  if (account === undefined) return {};
  const { access, hint } = (await readGateway(gateway, account.username, account.password)) ?? {};
  if (access !== 'granted') {
    printFailure(`${model}: ${hint?.() ?? access}`);
    printNote('The account was not saved. To try another one, run setup again');
    return {};
  }
  printSuccess(`${model}: accepts the account`);
  if (hint !== undefined) printNote(`${model}: ${hint()}`);
  return { FRITZBOX_USERNAME: account.username, FRITZBOX_PASSWORD: account.password };
}
