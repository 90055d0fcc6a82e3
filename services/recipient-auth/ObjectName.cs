using Tideway.DeltaSharing.Protocol;

namespace Tideway.RecipientAuth;

/// <summary>Names of recipients and principals: the rules that the sharing protocol has for names of shares. Upper and lower case are the same name.</summary>
internal static class ObjectName
{
    /// <summary>What is unique and looked up.</summary>
    public static string Key(string name) => name.ToLowerInvariant();

    /// <summary>Why a new object cannot have this name; <see langword="null"/> where it can.</summary>
    public static Refusal? Check(string field, string? name)
    {
        if (SharingName.FindShareFault(name) is { } fault)
            return Refusal.Invalid(field, $"a name of 1 to {SharingName.MaxLength} characters without spaces, slashes and control characters ({fault})", name);
        // Clients drop the path segments . and .. before they send a request, so that such an object could never be addressed.
        return name is "." or ".." ? Refusal.Invalid(field, "a name that can stand in an address", name) : null;
    }
}
