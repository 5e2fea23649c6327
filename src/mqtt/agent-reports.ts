import { agentDeviceAddress, type DeviceOrPartAddress, memoryKey } from '../model/address.ts';
import type { AgentProblemReport, ReportedAgent, ReportedDevice, ReportedProblem } from '../model/agent-directory.ts';
import { bounds } from '../model/bounds.ts';
import { parseJsonWithin } from '../model/json.ts';
import { slug } from '../model/naming.ts';
import { PastMoment } from '../model/past-moment.ts';
import { isFaultSeverity, type Severity } from '../model/problem.ts';
import type { ParsedTopic } from '../model/topics.ts';
import { onlinePayload } from '../views/availability.ts';
import { type PublishedProblem, parseProblemsPayload } from '../views/problems-payload.ts';

/** What an agent has published; without a status it is none yet. */
interface AgentReport {
  status?: string;
  devices: Map<string, ReportedDevice>;
  problems?: AgentProblemReport;
  /** False from the moment at which the agent goes offline until it publishes its list again, which it does before it
   * is online: a version from before there were lists leaves the retained one for a while. */
  isListCurrent?: boolean;
}

const isObject = (content: unknown): content is Record<string, unknown> =>
  typeof content === 'object' && content !== null && !Array.isArray(content);

/** The values of a state; none of a payload that is no state. */
function parseState(payload: string): Record<string, unknown> {
  try {
    const content = parseJsonWithin(payload, bounds.reportedState);
    return isObject(content) ? content : {};
  } catch {
    return {};
  }
}

/** The device that a problem concerns, by its id: `nvme/s4ewnx0n1/spare`. */
function deviceOfProblem({ id, place }: PublishedProblem): DeviceOrPartAddress | undefined {
  const [, collector, device] = /^([^/]+)\/([^/]+)\//.exec(id) ?? [];
  return collector === undefined || device === undefined || (place !== 'device' && place !== 'part')
    ? undefined
    : { collector, device };
}

function reportedProblem(
  published: PublishedProblem,
  before: ReportedProblem | undefined,
  toldSeverity: Severity | undefined,
): ReportedProblem {
  const device = deviceOfProblem(published);
  return {
    id: published.id,
    cause: published.cause,
    subject: published.subject,
    severity: published.severity,
    text: published.text,
    certain: published.certain,
    since: new Date(published.since),
    firstSeen: before?.firstSeen ?? new PastMoment(),
    ...(device === undefined ? {} : { device }),
    ...(toldSeverity === undefined ? {} : { toldSeverity }),
    ...(published.serial_number === undefined ? {} : { serialNumber: published.serial_number }),
    ...(published.explained_by === undefined ? {} : { explainedBy: published.explained_by }),
    ...(published.remedy === undefined ? {} : { remedy: published.remedy }),
  };
}

/** The list of a payload; undefined if it is none. */
function reportedProblems(payload: string, before: AgentProblemReport | undefined): AgentProblemReport | undefined {
  const published = parseProblemsPayload(payload);
  if (published === undefined) return undefined;
  const known = new Map(before?.list.map((problem) => [problem.id, problem]));
  const told = new Map(published.told.map(({ id, severity }) => [id, severity]));
  const list = published.problems.map((problem) =>
    reportedProblem(problem, known.get(problem.id), told.get(problem.id)),
  );
  const listed = list.filter(
    ({ explainedBy, severity }) => explainedBy === undefined && isFaultSeverity(severity),
  ).length;
  const omittedCount = Math.max(0, (published.count ?? listed) - listed);
  return {
    list,
    omittedCount,
    ...(published.agent === undefined ? {} : { agentName: published.agent }),
    ...(published.page === undefined ? {} : { pageUrl: published.page }),
  };
}

/** What the agents of the lab have published, by its meaning. */
export class AgentReports {
  readonly bridges = new Map<string, boolean>();
  /** Whether anything exceeded the bounds, and was left out. */
  isFull = false;
  readonly #reports = new Map<string, AgentReport>();

  /** Takes in a message; an empty payload removes what the topic had. `isRetained`: it may be older than the
   * subscription. */
  take(topic: ParsedTopic, payload: string, isRetained: boolean): void {
    switch (topic.kind) {
      case 'bridge':
        if (payload === '') this.bridges.delete(topic.site);
        else this.bridges.set(topic.site, payload === '1');
        return;
      case 'status':
        this.#change(topic.agent, (report) => {
          if (payload === '') delete report.status;
          else report.status = payload;
          if (payload !== onlinePayload) report.isListCurrent = false;
        });
        return;
      case 'problems':
        this.#change(topic.agent, (report) => {
          const problems = reportedProblems(payload, report.problems);
          if (problems === undefined) delete report.problems;
          else report.problems = problems;
          report.isListCurrent = !isRetained || report.status === undefined || report.status === onlinePayload;
        });
        return;
      case 'state':
        this.#changeDevice(topic.agent, topic.address, (device) => {
          if (payload === '') delete device.values;
          else device.values = parseState(payload);
        });
        return;
      case 'availability':
        this.#changeDevice(topic.agent, topic.address, (device) => {
          if (payload === '') delete device.isAvailable;
          else device.isAvailable = payload === onlinePayload;
        });
    }
  }

  has(agent: string): boolean {
    return this.#reports.has(agent);
  }

  get onlineIds(): string[] {
    return [...this.#reports].flatMap(([id, { status }]) => (status === onlinePayload ? [id] : []));
  }

  /** The site that an agent names. */
  siteOf(id: string): string | undefined {
    const site = this.#reports.get(id)?.devices.get(memoryKey(agentDeviceAddress(id)))?.values?.site;
    return typeof site === 'string' ? site.slice(0, bounds.reportedText.characters) : undefined;
  }

  /** All that have a status. `unresponsive`: those that do not answer. */
  agents(unresponsive: ReadonlySet<string>): ReportedAgent[] {
    const isOtherAgent = (name: string, id: string) => slug(name) !== id && this.#reports.has(slug(name));
    return [...this.#reports]
      .filter(([, { status }]) => status !== undefined)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([id, { status, devices, problems, isListCurrent }]) => {
        const site = this.siteOf(id);
        return {
          id,
          // Anybody may have written it: nobody gets the name of another agent.
          name: problems?.agentName === undefined || isOtherAgent(problems.agentName, id) ? id : problems.agentName,
          ...(site === undefined ? {} : { site }),
          isOnline: status === onlinePayload && !unresponsive.has(id),
          devices: [...devices.values()],
          ...(problems === undefined || (status === onlinePayload && !isListCurrent) ? {} : { problems }),
        };
      });
  }

  /** Does nothing for one agent more than the bound. */
  #change(agent: string, change: (report: AgentReport) => void): void {
    if (!this.#reports.has(agent) && this.#reports.size >= bounds.reportedAgents.items) {
      this.isFull = true;
      return;
    }
    const report: AgentReport = this.#reports.get(agent) ?? { devices: new Map() };
    change(report);
    if (report.status === undefined && report.problems === undefined && report.devices.size === 0)
      this.#reports.delete(agent);
    else this.#reports.set(agent, report);
  }

  /** Parts are left out. */
  #changeDevice(agent: string, address: DeviceOrPartAddress, change: (device: ReportedDevice) => void): void {
    if (address.part !== undefined) return;
    this.#change(agent, ({ devices }) => {
      const key = memoryKey(address);
      if (!devices.has(key) && devices.size >= bounds.devicesOfReportedAgent.items) {
        this.isFull = true;
        return;
      }
      const device: ReportedDevice = { ...(devices.get(key) ?? { address }) };
      change(device);
      if (device.values === undefined && device.isAvailable === undefined) devices.delete(key);
      else devices.set(key, device);
    });
  }
}
