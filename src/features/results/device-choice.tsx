import { useSession, useSessionState } from '../use-session.ts';

/** Which DXA scale the areal density and the probability are shown on; one run answered for all. */
export function DeviceChoice() {
  const session = useSession();
  const devices = useSessionState((state) => state.model?.devices ?? NONE);
  const deviceId = useSessionState((state) => state.deviceId);
  if (devices.length === 0) return null;
  return (
    <label className="device-choice">
      DXA scale
      <select value={deviceId ?? ''} onChange={(event) => session.chooseDevice(event.target.value)}>
        {devices.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
      </select>
    </label>
  );
}

const NONE: readonly never[] = [];
