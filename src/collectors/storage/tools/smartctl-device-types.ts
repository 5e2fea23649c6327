const number = '[0-9]{1,3}';

/** smartctl's `-d` for drives behind a RAID controller, of which one device node has many (smartctl(8)); the source of
 * an expression. */
export const raidControllerDeviceTypePattern = [
  `(sat[+])?(megaraid|3ware|cciss|areca),${number}`,
  `(sat[+])?areca,${number}/${number}`,
  `(sat[+])?aacraid,${number},${number},${number}`,
  `(sat[+])?sssraid,${number},${number}`,
  `hpt,${number}/${number}(/${number})?`,
].join('|');

/** smartctl's `-d` for a drive with a device node of its own. Without jmb39x and jms56x, which reach a drive by writing
 * to it. */
export const driveDeviceTypePattern = [
  'ata|scsi|marvell',
  `(sat|auto)(,(auto,)?(12|16))?|nvme(,${number})?`,
  `snt(asmedia|jmicron|realtek)(,${number})?(/sat)?`,
  'usb(asm1352r,[01]|cypress(,0x[0-9a-f]{2})?|jmicron(,p)?(,x)?(,[01])?|prolific|sunplus)',
  `intelliprop,${number}`,
].join('|');
