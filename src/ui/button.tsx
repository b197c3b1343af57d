import { Button as AriaButton, ToggleButton as AriaToggleButton, type ButtonProps, type ToggleButtonProps } from 'react-aria-components';
import './button.css';

type Look = { readonly look?: 'plain' | 'primary' | 'quiet' };

/** A push button; keyboard, touch and screen reader by react-aria. */
export function Button({ look = 'plain', className, ...props }: ButtonProps & Look) {
  return <AriaButton {...props} className={`button button-${look} ${typeof className === 'string' ? className : ''}`} />;
}

/** A button that stays down. */
export function ToggleButton({ look = 'plain', className, ...props }: ToggleButtonProps & Look) {
  return <AriaToggleButton {...props} className={`button button-${look} ${typeof className === 'string' ? className : ''}`} />;
}
