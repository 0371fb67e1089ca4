// SPDX-License-Identifier: Apache-2.0
package warren.control;

import java.io.IOException;

/// The agent answered that it will not, or there is no agent. The message is the one line to print.
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    public RefusedException(Problem problem) {
        super(problem.line());
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
