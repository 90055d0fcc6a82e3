using Tideway.DeltaSharing.Protocol;

namespace Tideway.ShareRegistry.Shares;

/// <summary>Checks single fields of requests; each check gives null or the refusal that names field, what was expected and what came.</summary>
internal static class ShareFields
{
    public static Refusal? CheckShareName(string field, string? name) =>
        SharingName.FindShareFault(name) is { } fault ? Refusal.Invalid($"{field}: {fault}; got '{Shorten(name)}'.") : null;

    public static Refusal? CheckComment(string field, string? comment) =>
        comment is not null && (comment.Length > ShareLimits.CommentLength || comment.Contains('\0', StringComparison.Ordinal))
            ? Refusal.Invalid($"{field}: expected at most {ShareLimits.CommentLength} characters, none of them NUL, got {comment.Length}.")
            : null;

    public static Refusal? CheckDisplayName(string? displayName) =>
        displayName is null || (displayName.Length <= ShareLimits.DisplayNameLength && !displayName.Any(char.IsControl))
            ? null
            : Refusal.Invalid(
                $"display_name: expected at most {ShareLimits.DisplayNameLength} characters, none of them a control character, got '{Shorten(displayName)}'."
            );

    public static Refusal? CheckOwner(string? owner) =>
        owner is { Length: 0 or > ShareLimits.NameLength }
            ? Refusal.Invalid($"owner: expected 1 to {ShareLimits.NameLength} characters, got {owner.Length}.")
            : null;

    /// <summary>Splits <c>schema.table</c>, or what another kind of object is called.</summary>
    public static Refusal? ReadSharedAs(string field, string sharedAs, out (string Schema, string Name) parts, string kind = "table")
    {
        var pieces = sharedAs.Split('.');
        parts = pieces is [var schema, var name] ? (schema, name) : default;
        if (pieces.Length != 2)
            return Refusal.Invalid($"{field}: expected 'schema.{kind}', got '{Shorten(sharedAs)}'.");
        var fault = SharingName.FindObjectFault(pieces[0]) ?? SharingName.FindObjectFault(pieces[1]);
        return fault is null ? null : Refusal.Invalid($"{field}: {fault}; got '{Shorten(sharedAs)}'.");
    }

    /// <summary>The alias of an object that is given none: the last two parts of its name, or the schema <c>default</c>.</summary>
    public static string DefaultSharedAs(string name)
    {
        var parts = name.Split('.');
        return parts.Length == 1 ? "default." + name : string.Join('.', parts[^2..]);
    }

    public static Refusal? ReadHistoryStatus(string field, string? status, out bool? shared)
    {
        shared = status?.ToUpperInvariant() switch
        {
            "ENABLED" => true,
            "DISABLED" => false,
            _ => null,
        };
        return status is not null && shared is null ? Refusal.Invalid($"{field}: expected ENABLED or DISABLED, got '{Shorten(status)}'.") : null;
    }

    public static string Shorten(string? value) => value is { Length: > 100 } ? value[..100] + "..." : value ?? "";
}
