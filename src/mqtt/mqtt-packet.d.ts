/** mqtt-packet has no types for its constants. */
declare module 'mqtt-packet/constants.js' {
  const constants: { MQTT5_PUBACK_PUBREC_CODES: Record<number, string> };
  export default constants;
}
