/** mqtt-packet declares no types for its tables. */
declare module 'mqtt-packet/constants.js' {
  const constants: { MQTT5_PUBACK_PUBREC_CODES: Record<number, string> };
  export default constants;
}
