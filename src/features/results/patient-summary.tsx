import { DENSITY_ERROR_STATEMENT } from '#src/core/measure/hu-to-vbmd.ts';
import { formatProbability, formatProbabilityInterval } from '#src/core/results/format.ts';
import { patientText, type PatientFindings } from '#src/core/results/patient-sentence.ts';
import type { PatientSummary } from '#src/core/results/report.ts';
import { CopyText } from './copy-text.tsx';
import { Nomogram } from './nomogram.tsx';
import './patient-summary.css';

type PatientLineProps = {
  readonly summary: PatientSummary;
  /** How the levels got their names, where the app counted them. */
  readonly names: string | null;
  /** Some levels have no numbers yet, but will. */
  readonly isMeasuring: boolean;
};

/** The measured mean in one sentence, and whose names its levels have; always in sight. */
export function PatientLine({ summary, names, isMeasuring }: PatientLineProps) {
  return (
    <section className={`patient-summary summary-${summary.status === 'evaluable' ? summary.category : 'none'}`} aria-label="Patient" data-testid="patient-summary">
      <h2>Patient, measured</h2>
      <p>{summary.status === 'evaluable' ? summary.headline : isMeasuring ? 'The levels are being measured.' : summary.sentence}</p>
      {names === null ? null : <p className="soft" data-testid="patient-names">{names}</p>}
    </section>
  );
}

/** L1 against cut-offs and age, the network on the patient, and the text that a clinician can use. */
export function PatientDetails({ findings }: { readonly findings: PatientFindings }) {
  const { summary, l1, probability, deviceTitle, tScoreCaveat, ownNetwork } = findings;
  const text = patientText(findings);
  return (
    <div className="patient-details" data-testid="patient-details">
      <section aria-label="L1 attenuation">
        <h2>L1 attenuation</h2>
        {l1.status === 'none' ? <p className="soft">{l1.sentence}</p> : <><p>{l1.sentences.join(' ')}</p><Nomogram l1={l1} /></>}
      </section>
      <section aria-label="Network on the patient" data-testid="patient-probability">
        <h2>Network</h2>
        {probability === null ? (
          <p className="soft">A statement on the patient needs at least two confirmed levels of L1 to L4 with an estimate that no density contradicts.</p>
        ) : (
          <>
            <p>{`Probability of osteoporosis on DXA, mean of ${probability.levels.join(', ')}: ${formatProbability(probability.estimate.value)} (${formatProbabilityInterval(probability.estimate)}), ${deviceTitle}.`}</p>
            <p className="soft">The plain mean of the levels&apos; own probabilities and of the ends of their intervals; levels of one patient err together, so it is no surer than they are. {ownNetwork === null ? 'Calibrated on simulated vertebrae, not on patients.' : 'The network is your own, calibrated by those who made it and not validated by OsteoLens.'}</p>
            {tScoreCaveat === null ? null : <p className="soft">{tScoreCaveat}</p>}
          </>
        )}
      </section>
      <section aria-label="Text for a report">
        <h2>Text for a report</h2>
        <p className="patient-text" data-testid="patient-text">{text}</p>
        <CopyText text={text} label="Copy text" />
      </section>
      {summary.status === 'evaluable' && summary.method?.kind === 'tube-voltage' ? <p className="soft">{DENSITY_ERROR_STATEMENT}</p> : null}
    </div>
  );
}
