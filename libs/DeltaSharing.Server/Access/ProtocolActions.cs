namespace Tideway.DeltaSharing.Server.Access;

/// <summary>The names of protocol calls in access records.</summary>
public static class ProtocolActions
{
    /// <summary>Listing the shares.</summary>
    public const string ListShares = "deltaSharingListShares";

    /// <summary>Reading one share.</summary>
    public const string GetShare = "deltaSharingGetShare";

    /// <summary>Listing the schemas of a share.</summary>
    public const string ListSchemas = "deltaSharingListSchemas";

    /// <summary>Listing the tables of a schema.</summary>
    public const string ListTables = "deltaSharingListTables";

    /// <summary>Listing the tables of a share.</summary>
    public const string ListAllTables = "deltaSharingListAllTables";

    /// <summary>Reading a table's description.</summary>
    public const string GetTable = "deltaSharingGetTable";

    /// <summary>Reading a table's version.</summary>
    public const string GetTableVersion = "deltaSharingGetTableVersion";

    /// <summary>Reading a table's metadata.</summary>
    public const string GetTableMetadata = "deltaSharingGetTableMetadata";

    /// <summary>Reading a table's files.</summary>
    public const string QueryTable = "deltaSharingQueryTable";

    /// <summary>Asking for a query again that was not ready.</summary>
    public const string GetQueryInfo = "deltaSharingGetQueryInfo";

    /// <summary>Reading a table's changes.</summary>
    public const string QueryTableChanges = "deltaSharingQueryTableChanges";

    /// <summary>Taking credentials for a table's folder.</summary>
    public const string GenerateTemporaryTableCredential = "generateTemporaryTableCredential";

    /// <summary>Listing the volumes of a schema.</summary>
    public const string ListVolumes = "deltaSharingListVolumes";

    /// <summary>Listing the volumes of a share.</summary>
    public const string ListAllVolumes = "deltaSharingListAllVolumes";

    /// <summary>Reading a volume's description.</summary>
    public const string GetVolume = "deltaSharingGetVolume";

    /// <summary>Listing the files of a volume, with addresses of them where asked.</summary>
    public const string ListVolumeFiles = "deltaSharingListVolumeFiles";

    /// <summary>Asking for one file of a volume.</summary>
    public const string GetVolumeFile = "deltaSharingGetVolumeFile";

    /// <summary>Taking credentials for a volume's folder.</summary>
    public const string GenerateTemporaryVolumeCredential = "generateTemporaryVolumeCredential";

    /// <summary>Reading a file by a signed URL.</summary>
    public const string GetFile = "deltaSharingGetFile";

    /// <summary>A call that is none of the protocol's.</summary>
    public const string Unknown = "deltaSharingUnknownCall";
}
