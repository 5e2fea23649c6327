/** A sensor by the names of its chip or thermal zone and of its channel. */
interface NamedSensor {
  chip: string;
  label: string;
  /** The sensor is a thermal zone whose trip points slow the processor down. */
  coolsProcessor?: boolean | undefined;
}

/** Words of a processor's sensors; of boards, clusters and dies there may be several. */
const processorWords = /^(cpu|core|soc|package|tdie|die|cluster|tcpu|cputemp|cputherm)$/;
/** Words of what lies beside a processor, or on another device. */
const otherWords =
  /^(battery|bat|gpu|npu|vpu|isp|ddr|dimm|dram|mem|memory|pch|vrm|vr|vcore|vsoc|vrd|vreg|hot|opt|mos|mosfet|psu|pmic|phy|controller|wifi|wlan|modem|ssd|charger|skin|ambient|board|socket|inlet|outlet|fan|coolant|hotspot|optional)$/;

/** Words without the numbers at their ends: “ap_cpu0” has “ap” and “cpu”. */
const wordsOf = ({ chip, label }: NamedSensor) =>
  `${chip} ${label}`
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''));

function isNamedAfterProcessor(sensor: NamedSensor): boolean {
  const words = wordsOf(sensor);
  return words.some((word) => processorWords.test(word)) && !words.some((word) => otherWords.test(word));
}

const named =
  (chip: RegExp, label: RegExp = /./) =>
  (sensor: NamedSensor) =>
    chip.test(sensor.chip) && label.test(sensor.label);

/** Sensors of the processor in order of preference: Intel, AMD, Raspberry Pi and other boards, what is named after a
 * processor, then ACPI. */
const processorSensors: ((sensor: NamedSensor) => boolean)[] = [
  named(/^coretemp$/, /^Package id/),
  named(/^coretemp$/, /^Core /),
  named(/^(k10temp|zenpower)$/, /^Tdie$/),
  named(/^(k10temp|zenpower)$/, /^Tctl$/),
  named(/^(k8temp|k10temp)$/),
  named(/^(cpu|soc|bigcore|littlecore|scpi_sensors|sfctemp|via_cputemp)/i),
  named(/^(x86_pkg_temp|.*cpu.*thermal.*)$/),
  // Apple's keys of the processor: proximity, diode (https://github.com/torvalds/linux, drivers/hwmon/applesmc.c).
  named(/^applesmc$/, /^TC\d[DPEF]$/),
  isNamedAfterProcessor,
  // A board's chip that asks the processor (Intel's PECI, AMD's TSI), then its sensor beside the socket.
  named(/^nct\d/, /^(PECI Agent \d|TSI\d_TEMP|SMBUSMASTER \d)$/),
  named(/^(nct|w83)\d/, /^CPUTIN$/),
  (sensor) => sensor.coolsProcessor === true && sensor.chip !== 'acpitz',
  named(/^acpitz$/),
];

/** The sensors of the processor, best known first; empty if there are none. */
export const selectProcessorSensors = <Sensor extends NamedSensor>(sensors: readonly Sensor[]): Sensor[] =>
  processorSensors.map((matches) => sensors.filter(matches)).find((found) => found.length > 0) ?? [];
