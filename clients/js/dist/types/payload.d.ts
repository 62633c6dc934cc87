/** What JSON can say. */
export type Json = null | boolean | number | string | Json[] | {
    [key: string]: Json;
};
/** An attribute: a string, or a value with its type. Numbers are given as text, so that none is rounded. */
export type Attribute = string | {
    type: string;
    value: string;
} | {
    type: string;
    base64: string;
};
export type Attributes = Record<string, Attribute>;
/** How data is stored: as the text of a JSON value, as any other text, or as bytes. */
export type Encoding = "json" | "text" | "bytes";
