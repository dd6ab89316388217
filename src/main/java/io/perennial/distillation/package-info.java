/** Teachers and soft targets as arithmetic: no input, no output. */
package io.perennial.distillation;
