import { Form, Input, Label, TextField } from 'react-aria-components';
import type { OfferedServer } from '#src/session/index.ts';
import { Button, ToggleButton } from '#src/ui/button.tsx';

export type ServerFormValues = {
  readonly root: string;
  readonly token: string;
  readonly patientId: string;
  readonly patientName: string;
  readonly fromDate: string;
  readonly toDate: string;
};

export const EMPTY_FORM: ServerFormValues = { root: '', token: '', patientId: '', patientName: '', fromDate: '', toDate: '' };

type ServerFormProps = {
  readonly values: ServerFormValues;
  readonly onChange: (values: ServerFormValues) => void;
  readonly offered: readonly OfferedServer[];
  readonly onSearch: () => void;
};

/** Which server, as whom, and what to look for. Enter searches from every field. */
export function ServerForm({ values, onChange, offered, onSearch }: ServerFormProps) {
  const field = (key: keyof ServerFormValues, label: string, type: 'text' | 'password' | 'date' = 'text') => (
    <TextField value={values[key]} onChange={(value) => onChange({ ...values, [key]: value })} type={type} autoComplete="off" className={`field field-${key}`}>
      <Label>{label}</Label>
      <Input spellCheck={false} />
    </TextField>
  );
  function submit(event: React.FormEvent) {
    event.preventDefault();
    onSearch();
  }
  return (
    <Form className="server-form" onSubmit={submit}>
      {offered.length === 0 ? null : (
        <div className="server-offers" role="group" aria-label="Servers of this site">
          {offered.map(({ title, root }) => (
            <ToggleButton key={root} isSelected={values.root === root} onChange={() => onChange({ ...values, root })}>{title}</ToggleButton>
          ))}
        </div>
      )}
      {field('root', 'DICOMweb address')}
      {field('token', 'Bearer token, if it asks for one', 'password')}
      {field('patientId', 'Patient ID')}
      {field('patientName', 'Patient name')}
      {field('fromDate', 'Study date from', 'date')}
      {field('toDate', 'Study date to', 'date')}
      <Button type="submit" look="primary">Search</Button>
    </Form>
  );
}
