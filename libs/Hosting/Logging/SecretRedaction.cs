using System.Text.RegularExpressions;

namespace Tideway.Hosting.Logging;

/// <summary>
/// Takes secrets out of text that is about to be logged. A net below the rule that none is logged in the first place: it knows the shapes that
/// secrets have in this field and works on plain text and on JSON alike.
/// </summary>
public static partial class SecretRedaction
{
    private const string Mask = "***";

    /// <summary>The text with every secret it seems to hold replaced by <c>***</c>.</summary>
    public static string Redact(string text)
    {
        // Most lines hold nothing of the kind; one pass over the text tells.
        if (!Suspicious().IsMatch(text))
            return text;
        text = BearerTokens().Replace(text, "Bearer " + Mask);
        text = QueryParameters().Replace(text, "${name}" + Mask);
        text = KeyValues().Replace(text, "${name}" + Mask);
        text = JsonMembers().Replace(text, "${name}" + Mask);
        text = UserInfo().Replace(text, "${before}" + Mask + "@");
        text = WebhookSecrets().Replace(text, "whsec_" + Mask);
        text = OwnTokens().Replace(text, Mask);
        return ActivationPaths().Replace(text, "${before}" + Mask);
    }

    [GeneratedRegex(
        "bearer|tw[a-z]_|sig|token|secret|password|pwd|key=|credential=|://[^/]*@|whsec_|activation",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Suspicious();

    [GeneratedRegex(@"\bbearer\s+[A-Za-z0-9._~+/=-]{8,}", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex BearerTokens();

    // Signed addresses: Amazon, Google, Azure (sp=...&sig=...), our own; and what OAuth puts into queries and forms.
    [GeneratedRegex(
        @"(?<name>((?<![A-Za-z0-9_-])|(?<=\\u0026))(x-(amz|goog)-(signature|credential|security-token)|sig|signature|token|access_token|refresh_token|client_secret|client_assertion|assertion)=)[^&\s""'\\,;<>]+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex QueryParameters();

    // Connection strings; a value may be quoted, and the quote escaped where the text is JSON, in as many ways as JSON has.
    [GeneratedRegex(
        @"(?<name>\b(password|pwd|secret|access ?key|secret ?key|account ?key|shared ?access ?key|secret_access_key)\s*=\s*)((?<quote>\\*[""']|\\+u002[27])((?!\k<quote>).)+\k<quote>|[^;,\s""'\\&]+)",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex KeyValues();

    [GeneratedRegex(
        @"(?<name>(?<quote>\\*""|\\+u0022)(bearer_?token|client_?secret|password|pwd|access_?token|refresh_?token|secret|secret_?access_?key|authorization)\k<quote>\s*:\s*\k<quote>)((?!\k<quote>).)+",
        RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex JsonMembers();

    [GeneratedRegex(@"(?<before>[a-z]://[^/\s:@""]*:)[^@\s/""]+@", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex UserInfo();

    // What our own tokens look like, wherever they stand.
    [GeneratedRegex(@"\btw[a-z]_[A-Za-z0-9_-]{20,}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex OwnTokens();

    [GeneratedRegex("whsec_[A-Za-z0-9+/=_-]+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WebhookSecrets();

    [GeneratedRegex(@"(?<before>data_sharing_activation(_info)?/)[^/\s""'\\?]+", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ActivationPaths();
}
