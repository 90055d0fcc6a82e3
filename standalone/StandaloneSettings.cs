using Tideway.Standalone.Folder;

namespace Tideway.Standalone;

/// <summary>
/// Settings that follow from the folder and the address. They come before every other source, so that a file, the environment or the command line
/// may say otherwise.
/// </summary>
internal static class StandaloneSettings
{
    public static Dictionary<string, string?> Of(OrganisationFolder folder, StandaloneOptions options) =>
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["Database:Engine"] = "Sqlite",
            ["Database:Folder"] = folder.Databases,
            ["Bus:Transport"] = "InProcess",
            ["Public:Url"] = options.Listen.GetLeftPart(UriPartial.Authority),
            ["Storage:Roots:tables"] = folder.Tables,
            ["Files:SigningKeys:0"] = folder.Key("files"),
            ["Internal:Key"] = folder.Key("internal"),
            ["Secrets:Keys:0"] = folder.Key("secrets"),
            ["InboundSync:StagingFolder"] = folder.Staging,
        };
}
