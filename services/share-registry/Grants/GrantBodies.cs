namespace Tideway.ShareRegistry.Grants;

/// <summary>What changes the grants of a share.</summary>
internal sealed record UpdatePermissionsRequest
{
    public IReadOnlyList<PermissionsChange>? Changes { get; init; }
    public bool? OmitPermissionsList { get; init; }
}

/// <summary>What changes the grants of one recipient.</summary>
internal sealed record PermissionsChange
{
    public string? Principal { get; init; }

    /// <summary>Another spelling of <see cref="Principal"/>.</summary>
    public string? RecipientName { get; init; }

    public IReadOnlyList<string>? Add { get; init; }
    public IReadOnlyList<string>? Remove { get; init; }
}

/// <summary>What a recipient may do with a share.</summary>
internal sealed record PrivilegeAssignment(string Principal, IReadOnlyList<string> Privileges);

/// <summary>Who may do what with a share; absent where the caller did not want to know.</summary>
internal sealed record SharePermissions(IReadOnlyList<PrivilegeAssignment>? PrivilegeAssignments);

/// <summary>What a recipient may do with one share.</summary>
internal sealed record SharePermission(string ShareName, IReadOnlyList<PrivilegeAssignment> PrivilegeAssignments);

/// <summary>A page of what a recipient may do.</summary>
internal sealed record RecipientSharePermissions(IReadOnlyList<SharePermission> PermissionsOut, string? NextPageToken);
