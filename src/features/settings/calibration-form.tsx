import { useState } from 'react';
import { Form, Input, Label, TextField } from 'react-aria-components';
import { calibrationId, PHANTOM_MATERIALS, scannerCalibration, type ScannerCalibration } from '#src/core/measure/calibration.ts';
import { Button } from '#src/ui/button.tsx';

type CalibrationFormProps = {
  /** ManufacturerModelName of the open series, as a first guess; null where there is none. */
  readonly scannerModel: string | null;
  /** Tube voltage of the open series, likewise. */
  readonly kvp: number | null;
  readonly onSave: (calibration: ScannerCalibration) => void;
};

const FIELDS = ['name', 'scannerModel', 'kvp', 'slope', 'intercept', 'phantom', 'measuredOn'] as const;
type Values = Readonly<Record<(typeof FIELDS)[number], string>> & { readonly material: (typeof PHANTOM_MATERIALS)[number] };

const MATERIAL_WORDS = { 'hydroxyapatite': 'hydroxyapatite', 'K2HPO4': 'K₂HPO₄' } as const;

/** One calibration of one scanner: the line that a phantom gave, with its voltage and day. Nothing is saved before it is whole. */
export function CalibrationForm({ scannerModel, kvp, onSave }: CalibrationFormProps) {
  const empty: Values = { name: '', scannerModel: scannerModel ?? '', kvp: kvp === null ? '' : String(kvp), slope: '', intercept: '', phantom: '', measuredOn: '', material: 'hydroxyapatite' };
  const [values, setValues] = useState(empty);
  const [problem, setProblem] = useState<string | null>(null);

  function save(event: React.FormEvent) {
    event.preventDefault();
    const name = values.name.trim();
    const read = scannerCalibration.safeParse({
      id: calibrationId(name, numberOf(values.kvp)),
      name,
      scannerModel: values.scannerModel.trim() || null,
      kvp: numberOf(values.kvp),
      slopeMgCm3PerHu: numberOf(values.slope),
      interceptMgCm3: numberOf(values.intercept),
      phantom: values.phantom,
      material: values.material,
      measuredOn: values.measuredOn,
    });
    setProblem(read.success ? null : (read.error.issues[0]?.message ?? 'Fill in every field.'));
    if (!read.success) return;
    onSave(read.data);
    setValues(empty);
  }

  const field = (key: (typeof FIELDS)[number], label: string, type: 'text' | 'date' = 'text') => (
    <TextField value={values[key]} onChange={(value) => setValues({ ...values, [key]: value })} type={type} autoComplete="off" className={`field field-${key}`}>
      <Label>{label}</Label>
      <Input spellCheck={false} />
    </TextField>
  );
  return (
    <Form className="calibration-form" onSubmit={save} aria-label="New calibration">
      {field('name', 'Name of the scanner')}
      {field('scannerModel', 'Model, as in the image header')}
      {field('kvp', 'Tube voltage, kVp')}
      {field('phantom', 'Phantom')}
      <div className="field">
        <label htmlFor="calibration-material">Material</label>
        <select id="calibration-material" value={values.material} onChange={(event) => setValues({ ...values, material: PHANTOM_MATERIALS.find((one) => one === event.target.value) ?? 'hydroxyapatite' })}>
          {PHANTOM_MATERIALS.map((material) => <option key={material} value={material}>{MATERIAL_WORDS[material]}</option>)}
        </select>
      </div>
      {field('measuredOn', 'Phantom scanned on', 'date')}
      {field('slope', 'Slope, mg/cm³ for 1 HU')}
      {field('intercept', 'Intercept, mg/cm³')}
      <Button type="submit" look="primary">Save calibration</Button>
      {problem === null ? null : <p role="alert" className="calibration-problem">{problem}</p>}
    </Form>
  );
}

/** A decimal number with a point or a comma; not a number where it is none. */
function numberOf(text: string): number {
  const trimmed = text.trim().replace(',', '.').replace('−', '-');
  return trimmed === '' ? Number.NaN : Number(trimmed);
}
