/// The keys of the heads of version 2.1.
enum HeadKeys {
  static let cases: [SwitchCase] = [
    .acts("network.classification.active=True", as: "--classification"),
    .agrees("network.classification.active=False"),
    .acts("network.classification.detach=True", as: "--classification-detach True"),
    .acts("network.classification.weight=0.01", as: "--classification-weight 0.01"),
    .acts("network.classification.n_filters=128", as: "--classification-n-filters 128"),
    .acts("network.classification.n_layers=4", as: "--classification-n-layers 4"),
    .acts("network.vertex.active=True", as: "--vertex"),
    .agrees("network.vertex.active=False"),
    .acts("network.vertex.detach=True", as: "--vertex-detach True"),
    .acts("network.vertex.depth=2", as: "--vertex-depth 2"),
    .acts("network.vertex.weight=1.0", as: "--vertex-weight 1.0"),
    .acts("network.vertex.n_layers=4", as: "--vertex-n-layers 4"),
    .acts("network.vertex.n_filters=128", as: "--vertex-n-filters 128"),
    .acts("network.vertex.l_det=0.1", as: "--vertex-l-det 0.1"),
    .acts("network.vertex.l_coord=0.1", as: "--vertex-l-coord 0.1"),
  ]
}
