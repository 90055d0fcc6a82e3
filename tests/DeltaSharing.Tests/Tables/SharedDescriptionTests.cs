using Tideway.DeltaSharing.Client;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Tables;

namespace Tideway.DeltaSharing.Tests.Tables;

public sealed class SharedDescriptionTests
{
    private const string MappedSchema =
        """{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{"delta.columnMapping.id":1,"delta.columnMapping.physicalName":"col-1"}}]}""";

    [Fact]
    public void What_is_asked_of_readers_of_the_log_is_named_to_servers_and_asked_of_nobody()
    {
        var description = Of(3, ["deletionVectors", "v2Checkpoint", "catalogManaged", "vacuumProtocolCheck"], "{}", []);

        description.Protocol.ReaderFeatures.ShouldBe(["deletionVectors"]);
        SharedFeatures.ForRows.ShouldContain("catalogManaged");
        SharedFeatures.ForRows.ShouldNotContain("variantType");
        SharedFeatures.ForFiles.ShouldContain("variantType");
        SharedFeatures.ForFiles.ShouldNotContain("geospatial");
        SharedFeatures.ForRows.Except(SharedFeatures.ForFiles).ShouldBeEmpty();
    }

    [Fact]
    public void Of_the_settings_only_those_of_column_mapping_come() =>
        Of(
            2,
            null,
            MappedSchema,
            new()
            {
                ["delta.columnMapping.mode"] = "id",
                ["delta.columnMapping.maxColumnId"] = "4",
                ["delta.appendOnly"] = "true",
            }
        )
            .Metadata.Configuration.ShouldBe(
                new Dictionary<string, string> { ["delta.columnMapping.mode"] = "id", ["delta.columnMapping.maxColumnId"] = "4" },
                ignoreOrder: true
            );

    [Fact]
    public void Columns_with_other_names_in_files_are_mapped_where_the_server_leaves_out_how()
    {
        var description = Of(3, ["columnMapping"], MappedSchema, []);

        description.Metadata.Configuration["delta.columnMapping.mode"].ShouldBe("name");
        description
            .MetadataOf(
                new DeltaMetadataLine
                {
                    DeltaMetadata = new DeltaMetadata { Id = "m", SchemaString = MappedSchema },
                }
            )!
            .Configuration.ShouldBe(description.Metadata.Configuration);
        Of(3, ["columnMapping"], "{}", []).Metadata.Configuration.ShouldBeEmpty();
    }

    [Fact]
    public void Settings_of_column_mapping_do_not_count_where_the_protocol_lacks_it() =>
        Of(1, null, MappedSchema, new() { ["delta.columnMapping.mode"] = "name" }).Metadata.Configuration.ShouldBeEmpty();

    [Fact]
    public void In_the_parquet_format_columns_are_found_by_name_whatever_the_settings_say()
    {
        var line = new MetadataLine
        {
            Id = "m",
            SchemaString = MappedSchema,
            Configuration = new Dictionary<string, string> { ["delta.columnMapping.mode"] = "name" },
        };

        var description = SharedDescription.Of(new TableMetadata(1, new ProtocolLine { MinReaderVersion = 1 }, line, null));

        description.Metadata.Configuration.ShouldBeEmpty();
        description.Protocol.MinReaderVersion.ShouldBe(1);
        description.MetadataOf(line)!.Configuration.ShouldBeEmpty();
        description.MetadataOf(new ProtocolLine { MinReaderVersion = 1 }).ShouldBeNull();
    }

    private static SharedDescription Of(int readerVersion, string[]? features, string schema, Dictionary<string, string> configuration)
    {
        var delta = new DeltaDescription(
            new DeltaProtocol
            {
                MinReaderVersion = readerVersion,
                MinWriterVersion = features is null ? 5 : 7,
                ReaderFeatures = features,
                WriterFeatures = features,
            },
            new DeltaMetadata
            {
                Id = "m",
                SchemaString = schema,
                Configuration = configuration,
            }
        );
        var plain = new MetadataLine { Id = "m", SchemaString = schema };
        return SharedDescription.Of(new TableMetadata(1, new ProtocolLine { MinReaderVersion = readerVersion }, plain, null) { Delta = delta });
    }
}
