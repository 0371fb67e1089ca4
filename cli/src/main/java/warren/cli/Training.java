// SPDX-License-Identifier: Apache-2.0
package warren.cli;

/// What the build runs once to fill the AOT cache: the classes that a short command needs.
final class Training {
    private Training() {}

    static void main() {}
}
