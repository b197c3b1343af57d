import { calibrationDoubts } from '#src/core/measure/calibration.ts';
import type { DensityConversion } from '#src/core/measure/density-reading.ts';
import { slopeAtKvp } from '#src/core/measure/hu-to-vbmd.ts';
import type { InternalTissues } from '#src/core/measure/internal-tissues.ts';
import { checkTissues } from '#src/core/measure/tissue-check.ts';
import { useSession, useSessionState } from '../use-session.ts';
import './density-details.css';

type DensityDetailsProps = {
  readonly conversion: DensityConversion;
  /** Of the levels analysed. */
  readonly tissues: readonly InternalTissues[];
};

const TISSUE_WORDS = { air: 'Air outside the body', fat: 'Subcutaneous fat', muscle: 'Paraspinal muscle', blood: 'Blood in the aorta' } as const;
const VERDICT_WORDS = { 'as-expected': 'as expected', 'lower': 'lower', 'higher': 'higher', 'not-found': 'not found' } as const;

/** How attenuation becomes density here, and what the scan's own tissues say of its scanner. */
export function DensityDetails({ conversion, tissues }: DensityDetailsProps) {
  return (
    <div className="density-details" data-testid="density-details">
      <ConversionChoice conversion={conversion} />
      <ScannerCheck conversion={conversion} tissues={tissues} />
    </div>
  );
}

function ConversionChoice({ conversion }: { readonly conversion: DensityConversion }) {
  const { density } = useSession();
  const calibrations = useSessionState((state) => state.calibrations);
  const { calibration, scan } = conversion;
  return (
    <section aria-label="From HU to density">
      <h2>From HU to density</h2>
      <label className="device-choice">
        Conversion
        <select value={calibration?.id ?? ''} onChange={(event) => density.chooseCalibration(event.target.value === '' ? null : event.target.value)} data-testid="conversion-choice">
          <option value="">by tube voltage</option>
          {calibrations.map(({ id, name, kvp, measuredOn }) => <option key={id} value={id}>{`${name}, ${kvp} kVp, ${measuredOn}`}</option>)}
        </select>
      </label>
      <p className="soft">{describe(conversion)}</p>
      {calibration === null ? null : calibrationDoubts(calibration, scan).map(({ code, sentence }) => <p key={code} className="density-doubt">{sentence}</p>)}
      {calibrations.length === 0 ? <p className="soft">A calibration of your own scanner can be entered under Settings.</p> : null}
    </section>
  );
}

function describe({ calibration, scan, kvpSource, contrast }: DensityConversion): string {
  const raised = contrast === true ? ' Contrast agent was given: it is not taken off, and the low end of the error allows for it.' : '';
  if (calibration !== null) {
    const { slopeMgCm3PerHu, interceptMgCm3, phantom, material } = calibration;
    return `Density = ${slopeMgCm3PerHu} · HU ${interceptMgCm3 < 0 ? '−' : '+'} ${Math.abs(interceptMgCm3)} mg/cm³ (${phantom}, ${material === 'K2HPO4' ? 'K₂HPO₄, converted to hydroxyapatite' : 'hydroxyapatite'}). Expected error 8 %, more where voltage or age differ.${raised}`;
  }
  const slope = slopeAtKvp(scan.kvp);
  if (slope === null) return 'No density: the tube voltage is unknown or outside 80 to 140 kVp. State it in the bottom line if you know it.';
  return `Density = HU / ${Number(slope.toFixed(3))} at ${scan.kvp} kVp${kvpSource === 'reader' ? ', stated by the reader' : ''}. Expected error 10 %: scanner, patient size, marrow fat.${raised}`;
}

function ScannerCheck({ conversion, tissues }: DensityDetailsProps) {
  const checks = checkTissues(tissues, conversion.scan.kvp, conversion.contrast);
  return (
    <section aria-label="Check of the scanner">
      <h2>Check of the scanner</h2>
      <table className="tissue-table" data-testid="tissue-table">
        <thead>
          <tr><th scope="col">Tissue</th><th scope="col">HU</th><th scope="col">expected</th><th scope="col">is</th></tr>
        </thead>
        <tbody>
          {checks.map(({ tissue, reading, expectedHu, verdict }) => (
            <tr key={tissue} data-testid={`tissue-${tissue}`} data-verdict={verdict}>
              <th scope="row">{TISSUE_WORDS[tissue]}</th>
              <td>{reading === null ? '—' : formatHu(reading.medianHu)}</td>
              <td>{expectedHu.map(formatHu).join(' to ')}</td>
              <td className={verdict === 'lower' || verdict === 'higher' ? 'tissue-odd' : undefined}>{VERDICT_WORDS[verdict]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="soft">Found beside the analysed levels, median. A check, never a correction: fatty muscle, anaemia or contrast look like a scanner that is off.</p>
    </section>
  );
}

/** Whole HU with a minus sign. */
function formatHu(hu: number): string {
  return String(Math.round(hu)).replace('-', '−');
}
