import { UsageError } from '../../model/errors.ts';
import { isInteractive, promptLine } from '../prompt.ts';
import { printLine, printNote } from '../terminal.ts';
import { type FoundBroker, findBrokers } from './brokers.ts';

export const brokerAddressExample = 'mqtt://homeassistant.local:1883';

/** The URL of a broker, or of several, that are written without a scheme. What looks like a mistyped scheme stays, to
 * be refused; a login may contain anything. */
export function withScheme(typed: string): string {
  const text = typed.trim();
  if (/:\/\/|^\w+(:\/|\/\/)/.test(text)) return text;
  const addresses = text.includes('@') ? [text] : text.split(/\s*,\s*|\s+/);
  return addresses.map((address) => `mqtt://${address}`).join(',');
}

/** Asks for the broker's address, or for the number of one that was found, until there is an answer. */
export async function promptBrokerAddress(found: readonly FoundBroker[], usual?: string): Promise<string> {
  const question = `Broker that Home Assistant uses${found.length > 1 ? ' (number or address)' : ''}`;
  for (;;) {
    const answer = await promptLine(question, usual);
    const picked = /^\d+$/.test(answer) ? found[Number(answer) - 1]?.address : answer;
    if (picked) return withScheme(picked);
    printNote(
      `${answer === '' ? 'An address is needed' : `There is no broker with the number ${answer}`}. For example: ${brokerAddressExample}`,
    );
  }
}

/** Looks for brokers, and asks which one to use; `current`: that of the settings. */
export async function findAndChooseBroker(
  current: string | undefined,
): Promise<{ address: string; found: readonly FoundBroker[] }> {
  printLine('Looking for brokers …');
  const found = await findBrokers();
  for (const [index, { address, because }] of found.entries()) printLine(`  ${index + 1}  ${address}  (${because})`);
  if (found.length === 0) printLine('  None found.');
  if (isInteractive()) return { address: await promptBrokerAddress(found, current ?? found[0]?.address), found };
  if (current !== undefined) return { address: current, found };
  // Anyone on the network can announce a broker, and would receive the password.
  throw new UsageError('Set the broker with --broker or MQTT_URL: there is no terminal to ask on');
}
