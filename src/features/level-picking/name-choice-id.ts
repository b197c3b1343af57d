/** The choice of the selected level's name, which a key puts the focus on. */
export const NAME_CHOICE_ID = 'level-name';
