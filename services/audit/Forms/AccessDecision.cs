using Tideway.Audit.Records;

namespace Tideway.Audit.Forms;

/// <summary>What an HTTP status says about an access.</summary>
internal static class AccessDecision
{
    /// <summary>
    /// Granted where it was answered with 2xx, or sent on to the address of a file. Everything else handed nothing out, so it counts as refused,
    /// whatever the cause.
    /// </summary>
    public static string Of(int status) => status is (>= 200 and < 300) or 307 ? Decision.Granted : Decision.Refused;
}
