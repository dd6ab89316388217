/** What every model family is made of; one package a family, families never meet. */
package io.perennial.model;
